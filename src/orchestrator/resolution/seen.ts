import {
  blockScope,
  explain,
  keysOfBlocks,
  type Catalogue,
  type Entry,
  type Explanation,
} from '@kici-dev/secret-federation';
import { allowsScope, showsBinding, type Narrowing } from '../narrowing.ts';

/** What a narrowed token sees of a catalogue: the entries whose winner it may know of. */
export function seenEntries({ entries }: Catalogue, narrowing: Narrowing): readonly Entry[] {
  return [...entries.values()].filter(({ winner }) => allowsScope(narrowing, winner.backend, winner.scope));
}

/** The keys that the caller may know of, whatever wins them, including those that only a binding's map names. */
export function seenKeys(catalogue: Catalogue, narrowing: Narrowing): readonly string[] {
  return [
    ...[...catalogue.entries.values()].filter((entry) => isInside(entry, narrowing)).map(({ key }) => key),
    ...mappedKeys(catalogue, narrowing),
  ];
}

/** The keys that only a map of a binding names, for what could not be listed. */
export function mappedKeys(catalogue: Catalogue, narrowing: Narrowing): readonly string[] {
  return [...keysOfBlocks(catalogue)]
    .filter(([, block]) => allowsScope(narrowing, block.backend, blockScope(block)))
    .map(([key]) => key);
}

function isInside({ winner, losers }: Entry, narrowing: Narrowing): boolean {
  return [winner, ...losers].some(({ backend, scope }) => allowsScope(narrowing, backend, scope));
}

/** Who supplies a key and why; `undefined` if something that the caller may not know of competes for it. */
export function explainSeen(catalogue: Catalogue, key: string, narrowing: Narrowing): Explanation | undefined {
  const explanation = explain(within(catalogue, key, narrowing), key);
  const { candidates, blockedBy, skipped } = explanation;
  return [...candidates, ...blockedBy, ...skipped].every(({ backend, scope }) => allowsScope(narrowing, backend, scope))
    ? explanation
    : undefined;
}

/**
 * A key that is only outside is reported like one that does not exist. If something inside competes with something
 * outside, the catalogue stays whole, since both decide the winner.
 */
function within(catalogue: Catalogue, key: string, narrowing: Narrowing): Catalogue {
  if (narrowing === undefined) return catalogue;
  const entry = catalogue.entries.get(key);
  const inside = entry !== undefined && isInside(entry, narrowing);
  return {
    ...catalogue,
    entries: inside ? catalogue.entries : new Map(),
    probeScopes: catalogue.probeScopes.filter(({ compiled }) => showsBinding(narrowing, compiled.binding)),
    laggingGlobs: catalogue.laggingGlobs.filter(({ compiled }) => showsBinding(narrowing, compiled.binding)),
  };
}
