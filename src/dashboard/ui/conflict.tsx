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
  /** Whether it may have been this form: what it sent was not answered. */
  readonly isDoubtful: boolean;
  readonly keep: { readonly verb: string; readonly onClick: () => void };
  readonly take?: { readonly verb: string; readonly onClick: () => void } | undefined;
}

/** Two people changed the same thing: both versions are shown, and nothing is stored until the user decides. */
export function Conflict({ title, settings, isDoubtful, keep, take }: ConflictProps): ReactElement {
  const different = Object.entries(settings ?? {}).filter(([, { theirs, yours }]) => theirs !== yours);
  if (isDoubtful && settings !== undefined && different.length === 0)
    return (
      <Notice look="warn">
        <strong>
          What is stored now is what you typed, probably by your own change: no answer said that it was made.
        </strong>
        <p>Close this if it is.</p>
      </Notice>
    );
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
      <p>
        {isDoubtful
          ? 'What you typed is still here; no answer said whether it was stored before that.'
          : 'What you typed is still here, and nothing was stored.'}
      </p>
      <div className={pageStyles['choices']}>
        <Button onClick={keep.onClick}>{keep.verb}</Button>
        {take === undefined ? undefined : <Button onClick={take.onClick}>{take.verb}</Button>}
      </div>
    </Notice>
  );
}
