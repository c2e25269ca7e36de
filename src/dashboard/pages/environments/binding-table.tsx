import { Link2Off, Pencil } from 'lucide-react';
import type { ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import type { BindingView, Doing } from './binding.ts';
import { RowActions, Table } from '../../ui/table.tsx';

interface BindingTableProps {
  readonly environment: string;
  readonly bindings: readonly BindingView[];
  readonly onDo: (doing: Doing) => void;
}

/** The bindings of an environment, the winning one first. */
export function BindingTable({ environment, bindings, onDo }: BindingTableProps): ReactElement {
  const organization = useOrganization();
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
          <td className={pageStyles['mono']}>{binding.host === '**' ? 'every host' : binding.host}</td>
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
            <Action
              look="quiet"
              operation="bindings.update"
              command={commandLine(organization, 'bindings.update', { environment, id: binding.id })}
              onClick={() => {
                onDo({ kind: 'rebind', binding });
              }}
            >
              <Pencil aria-hidden />
              Change
            </Action>
            <Action
              look="quiet"
              operation="bindings.remove"
              command={commandLine(organization, 'bindings.remove', { environment, id: binding.id })}
              onClick={() => {
                onDo({ kind: 'unbind', binding });
              }}
            >
              <Link2Off aria-hidden />
              Unbind
            </Action>
          </RowActions>
        </tr>
      ))}
    </Table>
  );
}
