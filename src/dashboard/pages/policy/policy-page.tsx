import type { ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { actorName } from '../../api/actor.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Command, CopyButton } from '../../ui/copy.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { State } from '../../ui/state.tsx';
import { Time } from '../../ui/time.tsx';

type Policy = ClientOutput<'policy.show'>;

const entries: Readonly<Record<Policy['valueEntry'], string>> = {
  open: 'Values are entered on this page and travel as the browser sends them, under the TLS in front of the orchestrator.',
  sealed:
    'Values are sealed in the browser to the orchestrator’s own key, so that nothing in between sees one; plain ones from this page are refused.',
  off: 'Values are not entered on this page. Names, scopes and bindings are.',
};

/** What this page may change; only the command line changes the policy. */
export default function PolicyPage(): ReactElement {
  const organization = useOrganization();
  const policy = useRead('policy.show', {});
  return (
    <Page
      title="Dashboard-write policy"
      lead="What people who are signed in here may change. It is only shown here. Only kici-admin changes it, so that somebody who takes over a browser cannot."
    >
      <Result of={policy} what="the policy">
        {({ valueEntry, sealingKey, operations }) => (
          <>
            <div className={pageStyles['padded']}>
              <Notice look="plain">
                <strong>Value entry is {valueEntry}.</strong>
                <p>{entries[valueEntry]}</p>
                <p>
                  The orchestrator’s key has the fingerprint <code>{sealingKey.fingerprint}</code>, as{' '}
                  <code>kici-admin policy show</code> prints it too.
                </p>
              </Notice>
              <Command
                text={commandLine(organization, 'policy.set', {
                  valueEntry: valueEntry === 'off' ? 'open' : 'off',
                })}
              />
            </div>
            <table className={pageStyles['table']} style={{ marginTop: 16 }}>
              <thead>
                <tr>
                  <th scope="col">Operation</th>
                  <th scope="col">From this page</th>
                  <th scope="col">Category</th>
                  <th scope="col">Touches</th>
                  <th scope="col">Decided by</th>
                  <th scope="col">
                    <span className={pageStyles['srOnly']}>Command</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {operations.map((one) => (
                  <PolicyRow key={one.operation} one={one} />
                ))}
              </tbody>
            </table>
          </>
        )}
      </Result>
    </Page>
  );
}

function PolicyRow({ one }: { readonly one: Policy['operations'][number] }): ReactElement {
  const organization = useOrganization();
  const { operation, category, sensitivity, state, rule, since, by } = one;
  const change = state === 'on' ? { disable: [operation] } : { enable: [operation] };
  return (
    <tr>
      <td className={pageStyles['mono']}>{operation}</td>
      <td>
        <State name={state === 'on' ? 'set' : 'unset'}>{state === 'on' ? 'allowed' : 'command line only'}</State>
      </td>
      <td>{category}</td>
      <td>{sensitivity}</td>
      <td>
        {rule === undefined ? (
          <span className={pageStyles['soft']}>the default</span>
        ) : (
          <>
            <code>{rule}</code>
            {since === undefined ? '' : ', '}
            {since === undefined ? undefined : <Time at={since} />}
            {by === undefined ? '' : ` by ${actorName(by)}`}
          </>
        )}
      </td>
      <td>
        <div className={pageStyles['actions']}>
          <CopyButton
            text={commandLine(organization, 'policy.set', change)}
            label={state === 'on' ? 'Copy command to switch off' : 'Copy command to switch on'}
          />
        </div>
      </td>
    </tr>
  );
}
