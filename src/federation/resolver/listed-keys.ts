import { isReservedScope, type SecretDescriptor } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Listing } from './listing.ts';
import type { Pieces } from './pieces.ts';
import { compareText } from './rank.ts';
import { renameKey, sourceKeysOf, type Rename } from './rename.ts';
import { selectsScope } from './scope-pattern.ts';
import { isDeletion } from './states.ts';

/**
 * The keys that a binding makes of what a backend listed, without ranking who supplies them.
 * @param counts whether the names of a scope count
 */
export function* keysOfListing(
  { binding, pattern }: CompiledBinding,
  { backend, secrets }: Listing,
  counts: (scope: string) => boolean,
): Pieces<ReadonlySet<string>> {
  const keys = new Set<string>();
  if (!selectsBackend(binding, backend)) return keys;
  const selected = new Map<string, boolean>();
  const selects = (scope: string): boolean => {
    let known = selected.get(scope);
    if (known === undefined) {
      known = !isReservedScope(scope) && selectsScope(pattern, scope) && counts(scope);
      selected.set(scope, known);
    }
    return known;
  };
  for (const { scope, key, problem } of secrets) {
    yield;
    if (!selects(scope) || (binding.skipDeleted && isDeletion(problem))) continue;
    const renamed = renameKey(binding.rename, key);
    if (renamed.kind === 'key') keys.add(renamed.key);
  }
  return keys;
}

/** A list whose secrets are found by their own names. */
export interface IndexedListing extends Listing {
  readonly byKey: ReadonlyMap<string, readonly SecretDescriptor[]>;
}

export function indexListing(listing: Listing): IndexedListing {
  return { ...listing, byKey: Map.groupBy(listing.secrets, ({ key }) => key) };
}

/**
 * What of the lists decides about these keys: a catalogue of them says of these keys what one of the whole lists says,
 * since a candidate changes its own key alone.
 */
export function listingsFor(
  { active }: CompiledBindings,
  listings: readonly IndexedListing[],
  keys: readonly string[],
): Listing[] {
  const renames = new Set(active.map(({ binding }) => binding.rename));
  const wanted = new Set(keys.flatMap((key) => [...renames].flatMap((rename) => sourceKeysOf(rename, key))));
  return listings.map(({ byKey, ...listing }) => ({
    ...listing,
    secrets: [...wanted].flatMap((key) => byKey.get(key) ?? []),
  }));
}

/**
 * Groups keys about which these lists decide alike: under any of the bindings, each has candidates in the same places
 * and states, and what could not be listed could supply each of them. Only versions and reasons may differ.
 */
export function* keysAlike(
  bindings: readonly CompiledBindings[],
  listings: readonly IndexedListing[],
  keys: readonly string[],
): Pieces<readonly (readonly string[])[]> {
  const renames = distinctRenames(bindings);
  const states = new Map<string, number>();
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    // Where all else is equal, the names in the store decide.
    const sources = renames
      .flatMap((rename, number) => sourceKeysOf(rename, key).map((source) => ({ source, number })))
      .toSorted((left, right) => compareText(left.source, right.source));
    const likeness = sources.map(({ source, number }) => [number, ...statesOf(source, listings, states)].join(' '));
    const id = likeness.join('\n');
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [key]);
    else group.push(key);
    yield;
  }
  return [...groups.values()];
}

function distinctRenames(bindings: readonly CompiledBindings[]): readonly Rename[] {
  const renames = bindings.flatMap(({ active }) => active.map(({ binding }) => binding.rename));
  const idOf = (rename: Rename): string => JSON.stringify(rename.kind === 'map' ? [...rename.keys] : rename);
  return [...new Map(renames.map((rename) => [idOf(rename), rename])).values()];
}

/** What the lists say of a name of the store, as numbers. */
function statesOf(source: string, listings: readonly IndexedListing[], states: Map<string, number>): number[] {
  return listings.flatMap(({ byKey }, list) =>
    (byKey.get(source) ?? [])
      .map(({ scope, declaredOnly, problem }) => {
        const state = `${list} ${declaredOnly === true} ${problem ?? ''} ${scope}`;
        const number = states.get(state) ?? states.size;
        states.set(state, number);
        return number;
      })
      .toSorted((left, right) => left - right),
  );
}
