import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { call } from '../../api/call.ts';
import type { Problem } from '../../api/problem.ts';
import { keyOf } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';

type Answer = ClientOutput<'resolution.grid'>;
export type GridCell = Answer['keys'][number]['cells'][number];
export type GridRow = Answer['keys'][number];

export interface Grid {
  readonly environments: Answer['environments'];
  readonly backends: Answer['backends'];
  readonly rows: readonly GridRow[];
  readonly total: number;
}

const pageSize = 1_000;

/** The whole grid, page after page; each page shows as soon as it arrives. */
export function useGrid(): {
  readonly grid: Grid | undefined;
  readonly error: Problem | null;
  readonly isPending: boolean;
  readonly isAsking: boolean;
  /** Queries every backend again. */
  readonly refresh: () => Promise<void>;
} {
  const organization = useOrganization();
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const { data, error, isPending, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery<
    Answer,
    Problem,
    { pages: Answer[] },
    readonly unknown[],
    string | undefined
  >({
    queryKey: keyOf(organization, 'resolution.grid', {}),
    queryFn: ({ pageParam, signal }) =>
      call(
        organization,
        'resolution.grid',
        { limit: pageSize, cached: 'true', ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      ),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
  });
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const grid = useMemo(() => (data === undefined ? undefined : merged(data.pages)), [data]);
  return {
    grid,
    error,
    isPending,
    isAsking,
    refresh: async () => {
      setAsking(true);
      // The following pages show whatever it answers.
      await call(organization, 'resolution.grid', { limit: 1 }).catch(() => undefined);
      await client.invalidateQueries();
      setAsking(false);
    },
  };
}

const missing: GridCell = { status: 'not_found', overrides: 0 };

/** Environments may come or go between two pages; the first page decides which are shown. */
function merged(pages: readonly Answer[]): Grid | undefined {
  const [first] = pages;
  if (first === undefined) return undefined;
  const names = first.environments.map(({ name }) => name);
  const rows = pages.flatMap((page) => {
    const columns = names.map((name) => page.environments.findIndex((one) => one.name === name));
    // Unchanged rows keep their identity, so that changed rows can be told apart.
    if (columns.every((column, at) => column === at)) return page.keys;
    return page.keys.map(({ key, cells }) => ({ key, cells: columns.map((column) => cells[column] ?? missing) }));
  });
  return { environments: first.environments, backends: first.backends, rows, total: first.total };
}
