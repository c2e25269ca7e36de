import { whyOf, type Failure } from '@kici-dev/secret-backend';
import { blockScope, keysOfBlocks, unavailability, type Catalogue, type Entry } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { allowsScope, type Narrowing } from '../narrowing.ts';

/** Failure of secrets outside the token's scopes. */
export const outside = Object.freeze({ code: 'permission_denied', reason: 'token_narrowed' }) satisfies Failure;

/** Replaces a place that the token may not know of. */
export const unnamedPlace = Object.freeze({ backend: '', scope: '' });

type EntryView = OperationOutput<'jobs.open'>['catalogue'][number];

/** An entry as clients see it. If its winner is outside the token's scopes, it is unavailable with that token. */
export function entryView(entry: Entry, narrowing: Narrowing): EntryView {
  const { key, winner, status } = entry;
  if (!allowsScope(narrowing, winner.backend, winner.scope))
    return { key, ...unnamedPlace, status: 'unavailable', ...outside };
  const cause = unavailability(entry);
  if (cause !== undefined) {
    const place = allowsScope(narrowing, cause.backend, cause.scope) ? cause : winner;
    return {
      key,
      status: 'unavailable',
      ...cause,
      backend: place.backend,
      scope: place.scope,
      ...(entry.gone && { gone: true }),
    };
  }
  return {
    key,
    backend: winner.backend,
    scope: winner.scope,
    status,
    ...(winner.version !== undefined && { version: winner.version }),
  };
}

type Shows = (backend: string, scope: string) => boolean;

/**
 * All keys known by name, including those that only a binding's map names.
 * @param shows whether a key at this place may be named at all
 */
export function entryViews(catalogue: Catalogue, narrowing: Narrowing, shows: Shows = () => true): EntryView[] {
  const entries = [...catalogue.entries.values()].filter(({ winner }) => shows(winner.backend, winner.scope));
  const mapped = [...keysOfBlocks(catalogue)].filter(([, block]) => shows(block.backend, blockScope(block)));
  return sortByKey([
    ...entries.map((entry) => entryView(entry, narrowing)),
    ...mapped.map(([key, block]): EntryView => {
      const { backend, scope } = block;
      const isAllowed = scope === undefined || allowsScope(narrowing, backend, scope);
      return isAllowed
        ? { key, backend, scope: blockScope(block), status: 'unavailable', code: block.code, ...whyOf(block) }
        : { key, ...unnamedPlace, status: 'unavailable', ...outside };
    }),
  ]);
}

function sortByKey<T extends { readonly key: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

export function sortedEntries(entries: Iterable<Entry>): Entry[] {
  return sortByKey([...entries]);
}

const views = new WeakMap<Catalogue, EntryView[]>();

/** As `entryViews`, and made once for all who resolved together and may see all of it: nobody can change that list. */
export function entryViewsOf(catalogue: Catalogue, narrowing: Narrowing): EntryView[] {
  if (narrowing !== undefined) return entryViews(catalogue, narrowing);
  const known = views.get(catalogue);
  if (known !== undefined) return known;
  const made = entryViews(catalogue, narrowing);
  Object.freeze(made);
  views.set(catalogue, made);
  return made;
}
