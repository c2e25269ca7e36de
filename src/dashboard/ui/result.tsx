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

/** An answer, its loading state, or its error. An earlier answer stays, and is marked as such. */
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
