import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import type { Problem } from '../api/problem.ts';
import { pageStyles } from './page.tsx';
import { ErrorNotice, Loading } from './notice.tsx';

interface ResultProps<T> {
  readonly of: UseQueryResult<T, Problem>;
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, or that it is on its way, or why it does not come. What was there before stays, and says so. */
export function Result<T>({ of: { data, error, isPending, refetch }, what, children }: ResultProps<T>): ReactElement {
  if (isPending) return <Loading what={what} />;
  return (
    <>
      {error === null ? undefined : (
        <div className={pageStyles['padded']}>
          <ErrorNotice error={error} retry={() => void refetch()} />
        </div>
      )}
      {data === undefined ? undefined : children(data)}
    </>
  );
}
