import { inTurns } from './host/layers/turns.ts';
import { mergeInPieces, type Catalogue } from './resolver/catalogue.ts';
import type { CompiledBindings } from './resolver/compile.ts';
import type { BackendTraits, Listing } from './resolver/listing.ts';

/** As `buildCatalogue`, but gives the process's other work its turns: a backend may have a million names. */
export async function mergeInTurns(
  bindings: CompiledBindings,
  backends: readonly BackendTraits[],
  listings: readonly Listing[],
): Promise<Catalogue> {
  return (await inTurns(mergeInPieces(bindings, backends, listings))).catalogue;
}
