import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Command } from '../../ui/copy.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { count } from '../../ui/time.tsx';
import { WriteDialog } from '../../ui/write-dialog.tsx';
import { actorName } from '../../api/actor.ts';

/** Whether anybody has changed the log outside the orchestrator. */
export function Verification(): ReactElement {
  const organization = useOrganization();
  const verified = useRead('audit.verify', {});
  const [isAcknowledging, setAcknowledging] = useState(false);
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
          {problems.every(({ acknowledged }) => acknowledged) ? undefined : (
            <div>
              <Action
                operation="audit.acknowledge"
                input={{}}
                onClick={() => {
                  setAcknowledging(true);
                }}
              >
                Acknowledge
              </Action>
            </div>
          )}
          {isAcknowledging ? (
            <AcknowledgeDialog
              onClose={() => {
                setAcknowledging(false);
              }}
            />
          ) : undefined}
        </div>
      )}
    </Result>
  );
}

function AcknowledgeDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [reason, setReason] = useState('');
  return (
    <WriteDialog
      title="Acknowledge the problems of the log"
      operation="audit.acknowledge"
      input={{ reason }}
      verb="Acknowledge"
      isReady={reason.trim() !== ''}
      done={() => 'Acknowledged. The log is written on, and tells of the break for ever.'}
      onClose={onClose}
    >
      <p>The problems stay named in the log; new rows are appended behind them.</p>
      <TextField
        label="Reason"
        autoFocus
        value={reason}
        onText={setReason}
        note="What has happened; it goes into the log."
      />
    </WriteDialog>
  );
}
