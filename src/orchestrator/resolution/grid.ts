import { whyOf } from '@kici-dev/secret-backend';
import {
  indexListing,
  inTurns,
  keysAlike,
  keysOfListing,
  listingsFor,
  mergeInTurns,
  type Catalogue,
  type IndexedListing,
  type JobFacts,
} from '@kici-dev/secret-federation';
import type { GridCell } from '../../api/grid-cells.ts';
import type { Call } from '../caller.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { Handlers } from '../handlers.ts';
import { allowsScope, narrowingOf, type Narrowing } from '../narrowing.ts';
import { reaches } from '../reach.ts';
import { backendStates } from './backend-states.ts';
import { outside } from './entries.ts';
import { CellTable } from './grid-cell-table.ts';
import { isFiltered, passing, type GridFilter } from './grid-filter.ts';
import type { AgedListing, ListedEnvironment } from './environment.ts';
import type { EnvironmentResolver } from './resolve.ts';
import { explainSeen, mappedKeys } from './seen.ts';
import { unavailableOf } from './unavailable.ts';

/** An environment of the grid, ready to say of any keys who supplies them. */
interface Column {
  readonly name: string;
  readonly listed: ListedEnvironment;
  readonly indexed: readonly IndexedListing[];
  /** Without a key: what could not be listed. */
  readonly bare: Catalogue;
}

/** Keys whose cells are made at once, so that memory does not grow with what a filter looks through. */
const keysAtOnce = 2_000;

/**
 * Every key of an organization in every environment. Each cell is what `explain` says, since it comes from there; and
 * only the cells are made that are shown or that a filter looks at.
 * @param factsFor what a caller is resolved as
 */
export function createGrid(
  resolver: EnvironmentResolver,
  environments: Pick<EnvironmentStore, 'all' | 'require'>,
  factsFor: (call: Call, asked: JobFacts) => JobFacts,
): Handlers['resolution.grid'] {
  return async ({ environment: only, after, skip, limit, cached, ...filter }, call) => {
    if (only !== undefined) await environments.require(call.organization, only);
    const narrowing = narrowingOf(call.caller);
    const bound = (await environments.all(call.organization)).filter(
      ({ environment: { name } }) =>
        (only === undefined || name === only) && reaches(call.caller, { kind: 'view', environment: name }),
    );
    const listed = await resolver.list(
      call,
      bound.map(({ bindings }) => bindings),
      factsFor(call, {}),
      cached === true ? 'known' : 'now',
    );
    const columns = await columnsOf(
      bound.map(({ environment: { name } }) => name),
      listed,
    );
    const keys = await keysOf(columns, narrowing, call.context.signal);
    const cells = new CellTable();
    const rowsOf = (some: readonly string[]): Promise<readonly (readonly number[])[]> =>
      rowsWithin(columns, some, narrowing, cells);
    const matching = await matchingOf(keys, filter, columns, rowsOf, cells, call.context.signal);
    const rest = (after === undefined ? matching : matching.filter((key) => key > after)).slice(skip);
    const page = rest.slice(0, limit);
    const rows = await rowsOf(page);
    const next = rest.length > page.length ? page.at(-1) : undefined;
    return {
      environments: columns.map(({ name, listed: { bindings }, bare }) => ({
        name,
        unavailable: unavailableOf({ bindings, catalogue: bare }, narrowing),
      })),
      ...cells.of(page.map((key, at) => ({ key, cells: rows[at] ?? [] }))),
      total: keys.length,
      matching: matching.length,
      ...(next !== undefined && { next }),
      backends: statesOf(listed, narrowing),
    };
  };
}

/** Lists that several environments share are indexed once. */
async function columnsOf(names: readonly string[], listed: readonly ListedEnvironment[]): Promise<readonly Column[]> {
  const indexes = new Map(
    listed.flatMap(({ listings }) => listings).map((listing) => [listing, indexListing(listing)] as const),
  );
  return Promise.all(
    listed.map(async (environment, at) => {
      const { compiled, traits, listings } = environment;
      const indexed = listings.flatMap((listing) => indexes.get(listing) ?? []);
      return {
        name: names[at] ?? '',
        listed: environment,
        indexed,
        bare: await mergeInTurns(compiled, traits, listingsFor(compiled, indexed, [])),
      };
    }),
  );
}

/** Every key that the caller may know of, in order. What several bindings select alike is looked at once. */
async function keysOf(columns: readonly Column[], narrowing: Narrowing, signal: AbortSignal): Promise<string[]> {
  const keys = new Set(columns.flatMap(({ bare }) => mappedKeys(bare, narrowing)));
  const seen = new Map<AgedListing, Set<string>>();
  for (const { listed } of columns)
    for (const compiled of listed.compiled.active)
      for (const listing of listed.listings) {
        const { backend, rename, skipDeleted } = compiled.binding;
        const selection = JSON.stringify([
          backend,
          compiled.pattern.kind === 'exact' ? compiled.pattern.scope : compiled.pattern.text,
          rename.kind === 'map' ? [...rename.keys] : rename,
          skipDeleted,
        ]);
        const known = seen.get(listing) ?? new Set();
        seen.set(listing, known);
        if (known.has(selection)) continue;
        known.add(selection);
        const counts = (scope: string): boolean => allowsScope(narrowing, listing.backend, scope);
        // oxlint-disable-next-line no-await-in-loop -- it is work of this thread
        for (const key of await inTurns(keysOfListing(compiled, listing, counts), signal)) keys.add(key);
      }
  return [...keys].toSorted();
}

/** The keys that pass; who supplies them is looked up only where a filter asks for that, once for keys alike. */
async function matchingOf(
  keys: readonly string[],
  filter: GridFilter,
  columns: readonly Column[],
  rowsOf: (keys: readonly string[]) => Promise<readonly (readonly number[])[]>,
  cells: CellTable,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { key: part } = filter;
  const named = part === undefined ? keys : keys.filter((key) => key.toLowerCase().includes(part.toLowerCase()));
  if (!isFiltered(filter)) return named;
  const bindings = columns.map(({ listed }) => listed.compiled);
  const listings = [...new Set(columns.flatMap(({ indexed }) => indexed))];
  const groups = await inTurns(keysAlike(bindings, listings, named), signal);
  const matching = new Set<string>();
  for (let from = 0; from < groups.length; from += keysAtOnce) {
    const some = groups.slice(from, from + keysAtOnce);
    // oxlint-disable-next-line no-await-in-loop -- it is work of this thread
    const rows = await rowsOf(some.flatMap(([first]) => first ?? []));
    for (const [at, group] of some.entries())
      for (const key of group.filter(passing(cells.read(rows[at] ?? []), filter))) matching.add(key);
  }
  return named.filter((key) => matching.has(key));
}

/** For each key its cells in each environment, as their numbers. */
async function rowsWithin(
  columns: readonly Column[],
  keys: readonly string[],
  narrowing: Narrowing,
  cells: CellTable,
): Promise<readonly (readonly number[])[]> {
  const rows = keys.map((): number[] => []);
  for (const { listed, indexed } of columns) {
    const { compiled, traits } = listed;
    // oxlint-disable-next-line no-await-in-loop -- it is work of this thread
    const catalogue = await mergeInTurns(compiled, traits, listingsFor(compiled, indexed, keys));
    for (const [at, key] of keys.entries()) rows[at]?.push(cells.add(cellOf(catalogue, key, narrowing)));
  }
  return rows;
}

function statesOf(listed: readonly ListedEnvironment[], narrowing: Narrowing): ReturnType<typeof backendStates> {
  const [first] = listed;
  if (first === undefined) return [];
  return backendStates({ listings: listed.flatMap(({ listings }) => listings), instances: first.instances }, narrowing);
}

function cellOf(catalogue: Catalogue, key: string, narrowing: Narrowing): GridCell {
  const explanation = explainSeen(catalogue, key, narrowing);
  if (explanation === undefined) return { status: 'unavailable', overrides: 0, ...outside };
  const { status, candidates, blockedBy } = explanation;
  const [winner, ...losers] = candidates;
  const [block] = blockedBy;
  return {
    status,
    overrides: losers.length,
    ...(winner !== undefined && {
      backend: winner.backend,
      scope: winner.scope,
      ...(winner.version !== undefined && { version: winner.version }),
      ...(winner.problem !== undefined && { code: winner.problem, ...whyOf(winner) }),
    }),
    // The winner behind a block is unknown, so the cell shows the block.
    ...(block !== undefined && {
      backend: block.backend,
      scope: block.scope,
      code: block.code,
      ...whyOf(block),
      version: undefined,
    }),
  };
}
