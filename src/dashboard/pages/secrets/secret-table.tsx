import { History, Pencil, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { commandLine } from '../../api/command-line.ts';
import { useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { State } from '../../ui/state.tsx';
import { count, Time } from '../../ui/time.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import { useSome } from '../../ui/use-some.tsx';
import { useWriters } from './use-writers.ts';
import { RowActions, Table } from '../../ui/table.tsx';

export type SecretRow = ClientOutput<'secrets.list'>['secrets'][number];

interface SecretTableProps {
  /** Those that pass the filter. */
  readonly rows: readonly SecretRow[];
  readonly all: readonly SecretRow[];
  readonly shown: string | null;
  readonly onHistory: (row: SecretRow) => void;
  readonly onReplace: (row: SecretRow) => void;
  readonly onDelete: (row: SecretRow) => void;
}

/** The secrets of a scope, never their values. */
export function SecretTable({ rows, all, shown, onHistory, onReplace, onDelete }: SecretTableProps): ReactElement {
  const organization = useOrganization();
  const writerOf = useWriters();
  const { some, more } = useSome(rows);
  const changed = useChanged(all, ({ key }) => key);
  return (
    <>
      <Table headings={['Name', 'State', 'Version', 'Length', 'Set by', 'Changed']} hasActions>
        {some.map((row) => {
          const { scope, key, version, updatedAt } = row;
          const written = writerOf(scope, key, version);
          return (
            <tr
              key={key}
              aria-current={shown === key ? 'true' : undefined}
              className={changed.has(key) ? pageStyles['changed'] : undefined}
            >
              <td className={pageStyles['mono']}>{key}</td>
              <td>
                <RowState row={row} />
              </td>
              <td className={pageStyles['mono']} data-label="version">
                {version}
              </td>
              <td>{written?.bytes === undefined ? undefined : count(written.bytes, 'byte')}</td>
              <td data-label="by">{written?.actor}</td>
              <td>{updatedAt === undefined ? undefined : <Time at={updatedAt} />}</td>
              <RowActions>
                <Action
                  look="quiet"
                  operation="secrets.set"
                  command={commandLine(organization, 'secrets.set', { scope, key })}
                  onClick={() => {
                    onReplace(row);
                  }}
                >
                  <Pencil aria-hidden />
                  {row.status === 'unset' ? 'Set value' : 'Replace value'}
                </Action>
                <Action
                  look="quiet"
                  operation="secrets.versions"
                  command={commandLine(organization, 'secrets.versions', { scope, key })}
                  aria-label={`History of ${key}`}
                  onClick={() => {
                    onHistory(row);
                  }}
                >
                  <History aria-hidden />
                  History
                </Action>
                <Action
                  look="quiet"
                  operation="secrets.delete"
                  command={commandLine(organization, 'secrets.delete', { scope, key })}
                  aria-label={`Delete ${key}`}
                  onClick={() => {
                    onDelete(row);
                  }}
                >
                  <Trash2 aria-hidden />
                  Delete
                </Action>
              </RowActions>
            </tr>
          );
        })}
      </Table>
      {more}
    </>
  );
}

function RowState({ row: { status, code } }: { readonly row: SecretRow }): ReactElement {
  switch (status) {
    case 'set':
      return <State name="set" />;
    case 'unset':
      return <State name="unset" />;
    case 'deleted':
      return <State name="missing">deleted</State>;
    case 'unreadable':
      return <State name="unavailable">unreadable{code === undefined ? '' : ` (${code})`}</State>;
  }
}
