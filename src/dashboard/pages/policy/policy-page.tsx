import type { ReactElement, ReactNode } from 'react';
import type { ClientInput, ClientOutput } from '../../../api/registry.ts';
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
import { RowActions, Table } from '../../ui/table.tsx';

type Policy = ClientOutput<'policy.show'>;

const entries: Readonly<Record<Policy['valueEntry'], string>> = {
  open: 'Values are entered on this page and travel as the browser sends them, under the TLS in front of the orchestrator.',
  sealed:
    'Values are sealed in the browser to the orchestrator’s own key, so that nothing in between sees one; plain ones from this page are refused.',
  off: 'Values are not entered on this page, nor are secret settings of backends. Names, scopes and bindings are.',
};

const reads: Readonly<Record<Policy['plainReads'], string>> = {
  on: 'Tokens with the role reader get the values of their environments as plain JSON. Nobody who is signed in here does.',
  off: 'Nobody gets a value as plain JSON, tokens with the role reader included. Jobs get theirs sealed.',
};

/** What this page may change; it is changed by the command line alone. */
export default function PolicyPage(): ReactElement {
  const policy = useRead('policy.show', {});
  return (
    <Page
      title="Dashboard-write policy"
      data={policy.data}
      lead="What people who are signed in here may change. It is only shown here. Only kici-admin changes it, so that somebody who takes over a browser cannot."
    >
      <Result of={policy} what="the policy">
        {({ valueEntry, plainReads, sealingKey, operations }) => (
          <>
            <div className={pageStyles['padded']}>
              <Setting
                title={`Value entry is ${valueEntry}.`}
                command={{ valueEntry: valueEntry === 'off' ? 'open' : 'off' }}
              >
                <p>{entries[valueEntry]}</p>
                <p>
                  The orchestrator’s key has this fingerprint, and <code>kici-admin policy show</code> prints the same:
                  <br />
                  <code>{sealingKey.fingerprint}</code>
                </p>
              </Setting>
              <Setting
                title={`Plain reads are ${plainReads}.`}
                command={{ plainReads: plainReads === 'off' ? 'on' : 'off' }}
              >
                <p>{reads[plainReads]}</p>
              </Setting>
            </div>
            <Table headings={['Operation', 'From this page', 'Category', 'Touches', 'Decided by']} hasActions>
              {operations.map((one) => (
                <PolicyRow key={one.operation} one={one} />
              ))}
            </Table>
          </>
        )}
      </Result>
    </Page>
  );
}

interface SettingProps {
  readonly title: string;
  /** What changes it. */
  readonly command: ClientInput<'policy.set'>;
  readonly children: ReactNode;
}

function Setting({ title, command, children }: SettingProps): ReactElement {
  const organization = useOrganization();
  return (
    <Notice look="plain">
      <strong>{title}</strong>
      {children}
      <Command text={commandLine(organization, 'policy.set', command)} />
    </Notice>
  );
}

function PolicyRow({ one }: { readonly one: Policy['operations'][number] }): ReactElement {
  const organization = useOrganization();
  const { operation, category, sensitivity, state, rule, since, by } = one;
  const change = state === 'on' ? { disable: [operation] } : { enable: [operation] };
  return (
    <tr>
      <td className={pageStyles['whole']}>{operation}</td>
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
      <RowActions>
        <CopyButton
          text={commandLine(organization, 'policy.set', change)}
          label={state === 'on' ? 'Copy command to switch off' : 'Copy command to switch on'}
          of={operation}
        />
      </RowActions>
    </tr>
  );
}
