import { Link2Off, Pencil } from 'lucide-react';
import type { ReactElement } from 'react';
import { pageStyles } from '../../ui/page.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import type { BindingView, Doing } from './binding.ts';
import { RowAction, RowActions, Table } from '../../ui/table.tsx';

interface BindingTableProps {
  readonly environment: string;
  readonly bindings: readonly BindingView[];
  readonly onDo: (doing: Doing) => void;
}

/** The bindings of an environment, the winning one first. */
export function BindingTable({ environment, bindings, onDo }: BindingTableProps): ReactElement {
  const changed = useChanged(bindings, ({ id }) => id);
  const ranked = bindings.toSorted((left, right) => right.priority - left.priority);
  return (
    <Table headings={['Scope', 'Priority', 'Hosts', 'Renames']} hasActions>
      {ranked.map((binding) => (
        <tr key={binding.id} className={changed.has(binding.id) ? pageStyles['changed'] : undefined}>
          <td className={pageStyles['mono']}>{binding.scope}</td>
          <td className={pageStyles['mono']} data-label="priority">
            {binding.priority}
          </td>
          {binding.host === '**' ? (
            <td className={pageStyles['brief']}>every host</td>
          ) : (
            <td className={pageStyles['mono']}>{binding.host}</td>
          )}
          <td className={pageStyles['mono']}>
            {[
              binding.prefix === undefined ? '' : `prefix ${binding.prefix}`,
              ...Object.entries(binding.map ?? {}).map(([from, to]) => `${from}→${to}`),
              binding.skipDeleted ? 'skips deleted' : '',
            ]
              .filter((part) => part !== '')
              .join(', ')}
          </td>
          <RowActions>
            <RowAction
              operation="bindings.update"
              input={{ environment, id: binding.id }}
              icon={Pencil}
              verb="Change"
              of={binding.scope}
              onClick={() => {
                onDo({ kind: 'rebind', binding });
              }}
            />
            <RowAction
              operation="bindings.remove"
              input={{ environment, id: binding.id }}
              icon={Link2Off}
              verb="Unbind"
              of={binding.scope}
              onClick={() => {
                onDo({ kind: 'unbind', binding });
              }}
            />
          </RowActions>
        </tr>
      ))}
    </Table>
  );
}
