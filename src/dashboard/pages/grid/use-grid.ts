import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { gridRows, type GridRow } from '../../../api/grid-cells.ts';
import type { ClientInput, ClientOutput } from '../../../api/registry.ts';
import { call } from '../../api/call.ts';
import type { Problem } from '../../api/problem.ts';
import { keyOf } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';

type Answer = ClientOutput<'resolution.grid'>;
export type GridFilter = Pick<ClientInput<'resolution.grid'>, 'environment' | 'text' | 'state' | 'backend'>;

type Page = Omit<Answer, 'cells' | 'keys'> & {
  /** Names of environments. */
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
};

export interface Grid extends Pick<Page, 'environments' | 'columns' | 'backends' | 'total' | 'matching'> {
  /** The row at a place among those that match; `undefined` until its page is there. */
  readonly rowAt: (index: number) => GridRow | undefined;
  /** The pages that are there, each by a name of its own. */
  readonly pages: ReadonlyMap<string, readonly GridRow[]>;
}

/** The pages of which rows are in sight. */
export interface Sight {
  readonly first: number;
  readonly last: number;
}

/** Keys in one answer: a few screens. */
const pageSize = 200;

/** The page that a row is on. */
export function pageAt(index: number): number {
  return Math.floor(index / pageSize);
}

/** Only the pages that are in sight: the server filters, so that nobody needs all of them. */
export function useGrid(
  filter: GridFilter,
  { first: top, last: bottom }: Sight,
  enabled: boolean,
): {
  readonly grid: Grid | undefined;
  readonly error: Problem | null;
  /** Whether what is there is of another filter. */
  readonly isStale: boolean;
} {
  const organization = useOrganization();
  // The first says how many there are.
  const places = [...new Set([0, top, bottom])];
  const answers = useQueries({
    queries: places.map((place) => {
      const input = { ...filter, skip: place * pageSize, limit: pageSize, cached: 'true' as const };
      return {
        enabled,
        queryKey: keyOf(organization, 'resolution.grid', input),
        queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Page> =>
          pageOf(await call(organization, 'resolution.grid', input, signal)),
        ...(place === 0 && { placeholderData: keepPreviousData<Page> }),
      };
    }),
  });
  const first = answers[0];
  const pages = new Map(places.flatMap((place, at) => pagesAt(place, answers[at]?.data?.rows)));
  const error = answers.find((answer) => answer.error !== null)?.error ?? null;
  return {
    // The call throws nothing else.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    error: error as Problem | null,
    isStale: first?.isPlaceholderData === true,
    grid:
      first?.data === undefined
        ? undefined
        : {
            ...first.data,
            rowAt: (index) => pages.get(pageAt(index))?.[index % pageSize],
            pages: new Map([...pages].map(([place, rows]) => [JSON.stringify([filter, place]), rows])),
          },
  };
}

function pagesAt(place: number, rows: readonly GridRow[] | undefined): [number, readonly GridRow[]][] {
  return rows === undefined ? [] : [[place, rows]];
}

function pageOf({ cells, keys, ...rest }: Answer): Page {
  const columns = rest.environments.map(({ name }) => name);
  return { ...rest, columns, rows: gridRows({ environments: rest.environments, cells, keys }, columns) };
}

/** Everything that passes, as `kici-admin secret grid --json` prints it. */
export async function wholeGrid(organization: string, filter: GridFilter): Promise<object> {
  const first = await call(organization, 'resolution.grid', { ...filter, limit: 1_000, cached: 'true' });
  const names = first.environments.map(({ name }) => name);
  const { next, cells: _, keys: __, ...rest } = first;
  const rows = [...gridRows(first, names)];
  for (let after = next; after !== undefined;) {
    // oxlint-disable-next-line no-await-in-loop -- where a page ends, the next begins
    const page = await call(organization, 'resolution.grid', { ...filter, after, limit: 1_000, cached: 'true' });
    rows.push(...gridRows(page, names));
    after = page.next;
  }
  return { ...rest, keys: rows };
}
