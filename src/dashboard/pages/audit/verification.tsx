import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Command } from '../../ui/copy.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { count } from '../../ui/time.tsx';
import { actorName } from '../../api/actor.ts';

/** Whether anybody has changed the log behind the orchestrator's back. */
export function Verification(): ReactElement {
  const organization = useOrganization();
  const verified = useRead('audit.verify', {});
  return (
    <Result of={verified} what="the verification">
      {({ intact, rows, openIntents, problems, acknowledgement }) => (
        <div className={pageStyles['padded']} style={{ paddingBottom: 12 }}>
          <Notice look={intact ? 'good' : 'bad'}>
            <strong>{intact ? `Intact: ${count(rows, 'row')} verified.` : 'The log was tampered with.'}</strong>
            {problems.map(({ sequence, problem, acknowledged }) => (
              <p key={`${sequence} ${problem}`}>
                Row {sequence}: {sentence(problem)} {acknowledged ? '(acknowledged)' : ''}
              </p>
            ))}
            {openIntents.length === 0 ? undefined : (
              <p>
                Begun and never finished, as far as the log shows: {openIntents.map((row) => `row ${row}`).join(', ')}.
              </p>
            )}
            {acknowledgement === undefined ? undefined : (
              <p>
                Acknowledged by {actorName(acknowledgement.actor)}: {acknowledgement.reason}
              </p>
            )}
          </Notice>
          {intact ? undefined : <Command text={commandLine(organization, 'audit.verify', {})} />}
        </div>
      )}
    </Result>
  );
}
