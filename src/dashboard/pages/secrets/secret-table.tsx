import { History, Pencil, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { pageStyles } from '../../ui/page.tsx';
import { State } from '../../ui/state.tsx';
import { count, Time } from '../../ui/time.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import { useSome } from '../../ui/use-some.tsx';
import { useWriters } from './use-writers.ts';
import { RowAction, RowActions, Table } from '../../ui/table.tsx';

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
              <td className={pageStyles['brief']}>
                {written?.bytes === undefined ? undefined : count(written.bytes, 'byte')}
              </td>
              <td className={pageStyles['name']} data-label="by">
                {written?.actor}
              </td>
              <td>{updatedAt === undefined ? undefined : <Time at={updatedAt} />}</td>
              <RowActions>
                <RowAction
                  operation="secrets.set"
                  input={{ scope, key }}
                  icon={Pencil}
                  verb={row.status === 'unset' ? 'Set value' : 'Edit value'}
                  of={`of ${key}`}
                  onClick={() => {
                    onReplace(row);
                  }}
                />
                <RowAction
                  operation="secrets.versions"
                  input={{ scope, key }}
                  icon={History}
                  verb="History"
                  of={`of ${key}`}
                  onClick={() => {
                    onHistory(row);
                  }}
                />
                <RowAction
                  operation="secrets.delete"
                  input={{ scope, key }}
                  icon={Trash2}
                  verb="Delete"
                  of={key}
                  onClick={() => {
                    onDelete(row);
                  }}
                />
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
