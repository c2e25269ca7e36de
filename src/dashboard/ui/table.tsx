import type { LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { Action, type ActionProps } from './action.tsx';
import { pageStyles } from './page.tsx';

interface TableProps {
  readonly headings: readonly string[];
  /** Whether a last column has what can be done with each row. */
  readonly hasActions?: boolean;
  readonly children: ReactNode;
}

/** Rows under their headings; where there is little room, each row is a block. */
export function Table({ headings, hasActions, children }: TableProps): ReactElement {
  return (
    <table className={pageStyles['table']}>
      <thead>
        <tr>
          {headings.map((heading) => (
            <th scope="col" key={heading}>
              {heading}
            </th>
          ))}
          {hasActions === true ? (
            <th scope="col">
              <span className={pageStyles['srOnly']}>Actions</span>
            </th>
          ) : undefined}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** What can be done with a row. */
export function RowActions({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <td>
      <div className={pageStyles['actions']}>{children}</div>
    </td>
  );
}

interface RowActionProps<Id extends OperationId> extends Pick<
  ActionProps<Id>,
  'operation' | 'input' | 'gate' | 'onClick'
> {
  readonly icon: LucideIcon;
  readonly verb: string;
  /** Which row, for those who hear one button at a time. */
  readonly of: string;
}

/** One of the things that can be done with a row. */
export function RowAction<Id extends OperationId>({ icon: Icon, verb, of, ...rest }: RowActionProps<Id>): ReactElement {
  return (
    <Action {...rest} look="quiet" aria-label={`${verb} ${of}`}>
      <Icon aria-hidden />
      {verb}
    </Action>
  );
}
