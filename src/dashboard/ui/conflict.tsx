import type { ReactElement } from 'react';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';
import { pageStyles } from './page.tsx';
import { Table } from './table.tsx';

interface ConflictProps {
  /** What somebody else has done. */
  readonly title: string;
  /** Each setting as it is stored now and as it is in the form; default: there is nothing to compare. */
  readonly settings?: Readonly<Record<string, { readonly theirs: string; readonly yours: string }>> | undefined;
  readonly keep: { readonly verb: string; readonly onClick: () => void };
  readonly take?: { readonly verb: string; readonly onClick: () => void } | undefined;
}

/** Two people changed the same thing: both versions are shown, and nothing is stored until the user decides. */
export function Conflict({ title, settings = {}, keep, take }: ConflictProps): ReactElement {
  const different = Object.entries(settings).filter(([, { theirs, yours }]) => theirs !== yours);
  return (
    <Notice look="warn">
      <strong>{title}</strong>
      {different.length === 0 ? undefined : (
        <Table headings={['Setting', 'Stored now', 'Yours']}>
          {different.map(([name, { theirs, yours }]) => (
            <tr key={name}>
              <td>{name}</td>
              <td className={pageStyles['mono']}>{theirs}</td>
              <td className={pageStyles['mono']}>{yours}</td>
            </tr>
          ))}
        </Table>
      )}
      <p>What you typed is still here, and nothing was stored.</p>
      <div className={pageStyles['choices']}>
        <Button onClick={keep.onClick}>{keep.verb}</Button>
        {take === undefined ? undefined : <Button onClick={take.onClick}>{take.verb}</Button>}
      </div>
    </Notice>
  );
}
