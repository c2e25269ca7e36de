import { blockScope, keysOfBlocks, unavailability, type Catalogue, type Entry } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { allowsScope, type Narrowing } from '../narrowing.ts';

type EntryView = OperationOutput<'jobs.open'>['catalogue'][number];

/** An entry as clients see it. One whose winner lies outside the token's scopes cannot be had with that token. */
export function entryView(entry: Entry, narrowing: Narrowing): EntryView {
  const { key, winner, status } = entry;
  if (!allowsScope(narrowing, winner.backend, winner.scope))
    return { key, backend: winner.backend, scope: winner.scope, status: 'unavailable', code: 'permission_denied' };
  const cause = unavailability(entry);
  if (cause !== undefined)
    return { key, backend: cause.backend, scope: cause.scope, status: 'unavailable', code: cause.code };
  return {
    key,
    backend: winner.backend,
    scope: winner.scope,
    status,
    ...(winner.version === undefined ? {} : { version: winner.version }),
  };
}

type Shows = (backend: string, scope: string) => boolean;

/**
 * All keys that are known by name, those among them that only a map of a binding names.
 * @param shows whether a key whose place this is may be named at all
 */
export function entryViews(catalogue: Catalogue, narrowing: Narrowing, shows: Shows = () => true): EntryView[] {
  const entries = [...catalogue.entries.values()].filter(({ winner }) => shows(winner.backend, winner.scope));
  const mapped = [...keysOfBlocks(catalogue)].filter(([, block]) => shows(block.backend, blockScope(block)));
  return sortByKey([
    ...entries.map((entry) => entryView(entry, narrowing)),
    ...mapped.map(([key, block]): EntryView => {
      const { backend, scope } = block;
      const isAllowed = scope === undefined || allowsScope(narrowing, backend, scope);
      const code = isAllowed ? block.code : 'permission_denied';
      return { key, backend, scope: blockScope(block), status: 'unavailable', code };
    }),
  ]);
}

function sortByKey<T extends { readonly key: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

export function sortedEntries(entries: Iterable<Entry>): Entry[] {
  return sortByKey([...entries]);
}
