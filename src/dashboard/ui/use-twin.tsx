import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { Problem } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';
import { pageStyles } from './page.tsx';

interface Asked<Data, Row> {
  readonly write: Pick<UseMutationResult<unknown, Problem>, 'error'>;
  readonly listed: Pick<UseQueryResult<Data>, 'data' | 'dataUpdatedAt'>;
  readonly rowsOf: (data: Data) => readonly Row[];
  /** Whether it could be what was asked for. */
  readonly isLike: (row: Row) => boolean;
}

/**
 * For what has no name of its own: where no answer has settled it, it may have been made, and asking again would make a
 * second one.
 * @returns `canSend` only once somebody has looked; `notice` if one like it is there that was not
 */
export function useTwin<Data, Row extends { readonly id: string }>({
  write: { error },
  listed: { data, dataUpdatedAt },
  rowsOf,
  isLike,
}: Asked<Data, Row>): { readonly canSend: boolean; readonly notice: ReactElement | undefined } {
  const rows = data === undefined ? [] : rowsOf(data);
  const [known, setKnown] = useState<ReadonlySet<string>>(() => new Set(rows.map(({ id }) => id)));
  if (error?.isDoubtful !== true) return { canSend: true, notice: undefined };
  const hasLooked = dataUpdatedAt > error.at;
  const twin = hasLooked && rows.some((row) => !known.has(row.id) && isLike(row));
  return {
    canSend: hasLooked && !twin,
    notice: twin ? (
      <Notice look="warn">
        <strong>One like this is there now, probably your own: no answer said that it was made.</strong>
        <p>Close this if it is. What you typed is still here.</p>
        <div className={pageStyles['choices']}>
          <Button
            onClick={() => {
              setKnown(new Set(rows.map(({ id }) => id)));
            }}
          >
            Make another
          </Button>
        </div>
      </Notice>
    ) : undefined,
  };
}
