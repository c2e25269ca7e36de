export { everyBackend, everyHost, parseBinding, placeholder, type Binding, type BindingInput } from './binding.ts';
export { isTold, type Block } from './blocks.ts';
export type { Candidate, SkippedCandidate, Unbindable } from './candidates.ts';
export {
  blockScope,
  buildCatalogue,
  followCatalogue,
  keysOfBlocks,
  unavailability,
  type Catalogue,
  type CatalogueFailure,
  type Entry,
  type LiveCatalogue,
} from './catalogue.ts';
export { compileBindings, selectsBackend, type CompiledBindings, type IdleBinding, type JobFacts } from './compile.ts';
export { ResolverError, type ResolverErrorCode } from './resolver-error.ts';
export { explain, type ExplainedCandidate, type Explanation } from './explain.ts';
export { freezeCatalogue, type FrozenCatalogue, type FrozenEntry } from './frozen-catalogue.ts';
export { indexListing, keysAlike, keysOfListing, listingsFor, type IndexedListing } from './listed-keys.ts';
export { planListings, type BackendTraits, type Listing, type ListingRequest } from './listing.ts';
export { nearMatches } from '@kici-dev/secret-backend';
export { planReads, settleReads, type AgedOutcome, type ReadPlan, type Resolution } from './reads.ts';
export { unavailableParts, type UnavailablePart } from './unavailable.ts';
export { renameKey } from './rename.ts';
export { couldMatchWithin, parseScopePattern, selectsScope, type ScopePattern } from './scope-pattern.ts';
