import type { BackendTraits, Binding, Catalogue, CompiledBindings, Listing } from '@kici-dev/secret-federation';
import type { Instance } from '../backends/instances.ts';

/** What an environment binds, and the names that this can select, as each backend answered. */
export interface ListedEnvironment {
  readonly bindings: readonly Binding[];
  readonly compiled: CompiledBindings;
  readonly traits: readonly BackendTraits[];
  readonly listings: readonly AgedListing[];
  readonly instances: ReadonlyMap<string, Instance>;
}

/** What it holds for an agent. */
export interface ResolvedEnvironment extends ListedEnvironment {
  readonly catalogue: Catalogue;
}

export interface AgedListing extends Listing {
  readonly ageMs: number;
}
