import type { ReactElement, ReactNode } from 'react';
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
