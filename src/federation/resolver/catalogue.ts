import type { FailureCode } from '@kici-dev/secret-backend';
import { collectBlocks, couldOutrank, couldSupply, type Block } from './blocks.ts';
import { collectCandidates, type Candidate, type Unbindable } from './candidates.ts';
import { selectsBackend, type CompiledBinding, type CompiledBindings, type IdleBinding } from './compile.ts';
import type { BackendTraits, Listing } from './listing.ts';

/** What is known of a key before any value is read. */
export interface Entry {
  readonly key: string;
  readonly winner: Candidate;
  /** In order of rank. */
  readonly losers: readonly Candidate[];
  /** Parts whose names could not be had and that could outrank the winner. */
  readonly blockedBy: readonly Block[];
  /** `declared`: the winner is a name without a value. */
  readonly status: 'available' | 'declared' | 'unavailable';
}

/** A required backend, or a folder of one, whose names could not be had: a job must not start. */
export interface CatalogueFailure {
  readonly backend: string;
  readonly region: string | undefined;
  readonly binding: string;
  readonly code: FailureCode;
}

/** An exact scope whose backend lists with a delay: absence from the list proves nothing. */
export interface ProbeScope {
  readonly backend: string;
  readonly compiled: CompiledBinding;
}

export interface Catalogue {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly failures: readonly CatalogueFailure[];
  readonly blocks: readonly Block[];
  readonly probeScopes: readonly ProbeScope[];
  /** Globs over backends that list with a delay: a secret made a moment ago may be missing. */
  readonly laggingGlobs: readonly ProbeScope[];
  readonly unbindable: readonly Unbindable[];
  readonly idle: readonly IdleBinding[];
}

/** Merges what the backends listed. Pure: the same input in any order gives the same catalogue. */
export function buildCatalogue(bindings: CompiledBindings, backends: readonly BackendTraits[], listings: readonly Listing[]): Catalogue {
  const { byKey, unbindable } = collectCandidates(bindings, listings);
  const blocks = collectBlocks(bindings, listings);
  const entries = new Map<string, Entry>();
  for (const [key, [winner, ...losers]] of byKey) {
    if (winner === undefined) continue;
    const blockedBy = blocks.filter((block) => couldOutrank(block, winner) && couldSupply(block, key));
    entries.set(key, { key, winner, losers, blockedBy, status: statusOf(winner, blockedBy) });
  }
  const required = new Set(backends.filter(({ optional }) => !optional).map(({ name }) => name));
  const eventual = backends.filter(({ listConsistency }) => listConsistency === 'eventual')
    .flatMap(({ name }) => bindings.active.filter(({ binding }) => selectsBackend(binding, name)).map((compiled) => ({ backend: name, compiled })));
  return {
    entries,
    failures: blocks.filter(({ backend }) => required.has(backend)).map(({ backend, region, binding, code }) => ({ backend, region, binding, code })),
    blocks,
    probeScopes: eventual.filter(({ compiled }) => compiled.pattern.kind === 'exact'),
    laggingGlobs: eventual.filter(({ compiled }) => compiled.pattern.kind === 'glob'),
    unbindable,
    idle: bindings.idle,
  };
}

function statusOf(winner: Candidate, blockedBy: readonly Block[]): Entry['status'] {
  if (blockedBy.length > 0 || winner.problem !== undefined) return 'unavailable';
  return winner.declaredOnly ? 'declared' : 'available';
}

/** Why an entry is unavailable, and on whose account. */
export function unavailability(entry: Entry): { readonly backend: string; readonly scope: string; readonly code: FailureCode } | undefined {
  const [block] = entry.blockedBy;
  if (block !== undefined) return { backend: block.backend, scope: blockScope(block), code: block.code };
  const { winner } = entry;
  return winner.problem === undefined ? undefined : { backend: winner.backend, scope: winner.scope, code: winner.problem };
}

/** The scope that a block is about, for a message. */
export function blockScope(block: Block): string {
  return block.pattern.kind === 'exact' ? block.pattern.scope : block.region ?? block.pattern.text;
}
