import { isReservedScope, type SecretDescriptor } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Listing } from './listing.ts';
import type { Pieces } from './pieces.ts';
import { renameKey, sourceKeysOf } from './rename.ts';
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
