import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Command } from '../../ui/copy.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { count } from '../../ui/time.tsx';

/** What would fail for a job right now. */
export function CheckResult({ environment }: { readonly environment: string }): ReactElement {
  const organization = useOrganization();
  const checked = useRead('resolution.check', { environment });
  return (
    <Result of={checked} what="the check">
      {({ keys, problems }) => (
        <div className={pageStyles['padded']} style={{ paddingBottom: 24 }}>
          {problems.length === 0 ? (
            <Notice look="good">
              <p>A job that starts now has no problem with {count(keys, 'key')}.</p>
            </Notice>
          ) : (
            problems.map((problem) => (
              <Notice key={`${problem.kind} ${problem.subject}`} look={problem.severity === 'error' ? 'bad' : 'warn'}>
                <strong>{sentence(problem.message)}</strong>
                <p>{sentence(`next: ${problem.hint}`)}</p>
              </Notice>
            ))
          )}
          <Command text={commandLine(organization, 'resolution.check', { environment })} />
        </div>
      )}
    </Result>
  );
}
