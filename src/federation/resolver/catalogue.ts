import { subjectOf, whyOf, type Failure, type FailureCode, type SecretDescriptor } from '@kici-dev/secret-backend';
import { everyBackend } from './binding.ts';
import { BlockIndex } from './block-index.ts';
import { collectBlocks, couldSupply, keysByMap, type Block } from './blocks.ts';
import { Candidates, type Candidate, type SkippedCandidate, type Unbindable } from './candidates.ts';
import { selectsBackend, type CompiledBinding, type CompiledBindings, type IdleBinding } from './compile.ts';
import type { BackendTraits, Listing } from './listing.ts';
import { withoutPause, type Pieces } from './pieces.ts';
import { isDeletion } from './states.ts';

/** What is known about a key before any value is read. */
export interface Entry {
  readonly key: string;
  readonly winner: Candidate;
  /** In order of rank. */
  readonly losers: readonly Candidate[];
  /** The best of the unlisted parts that could outrank the winner; `explain` shows all of them. */
  readonly blockedBy: Block | undefined;
  /** `declared`: the winner is a name without a value. */
  readonly status: 'available' | 'declared' | 'unavailable';
  /** It is deleted wherever it was, and every other place was asked: nothing can take its place. */
  readonly gone: boolean;
}

/**
 * A required backend, or a folder of one, whose names could not be listed: a job must not start. A scope whose state
 * the backend reports does not count: it makes the keys that it could supply unavailable, but fails no job.
 */
export interface CatalogueFailure extends Failure {
  readonly backend: string;
  readonly region: string | undefined;
  readonly binding: string;
}

/** An exact scope of a backend whose lists lag: absence from the list proves nothing. */
export interface ProbeScope {
  readonly backend: string;
  readonly compiled: CompiledBinding;
}

export interface Catalogue {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly failures: readonly CatalogueFailure[];
  /** The parts whose names are unknown, best first. */
  readonly blocks: readonly Block[];
  /** Deleted candidates that count as absent, by the key that they would supply, best first. */
  readonly skipped: ReadonlyMap<string, readonly SkippedCandidate[]>;
  /** Likewise scopes whose former keys are unknown. */
  readonly skippedScopes: readonly Block[];
  readonly probeScopes: readonly ProbeScope[];
  /** Globs over backends whose lists lag: a secret made a moment ago may be missing. */
  readonly laggingGlobs: readonly ProbeScope[];
  readonly unbindable: readonly Unbindable[];
  readonly idle: readonly IdleBinding[];
}

/** A catalogue that follows changes in its backends. */
export interface LiveCatalogue {
  /** Changes in place. */
  readonly catalogue: Catalogue;
  /**
   * Applies one secret that is new, changed or gone.
   * @param secret as a listing would describe it now; absent if it is gone
   * @returns the keys that this may have changed
   */
  change(backend: string, place: Pick<SecretDescriptor, 'scope' | 'key'>, secret?: SecretDescriptor): readonly string[];
}

/** Merges the backends' listings. Pure: the same input in any order gives the same catalogue. */
export function buildCatalogue(
  bindings: CompiledBindings,
  backends: readonly BackendTraits[],
  listings: readonly Listing[],
): Catalogue {
  return followCatalogue(bindings, backends, listings).catalogue;
}

/** As `buildCatalogue`, for a catalogue that is kept and updated. */
export function followCatalogue(
  bindings: CompiledBindings,
  backends: readonly BackendTraits[],
  listings: readonly Listing[],
): LiveCatalogue {
  return withoutPause(mergeInPieces(bindings, backends, listings));
}

/** As `followCatalogue`, for a caller that has other work in between. */
export function* mergeInPieces(
  bindings: CompiledBindings,
  backends: readonly BackendTraits[],
  listings: readonly Listing[],
): Pieces<LiveCatalogue> {
  const candidates = yield* Candidates.of(bindings, listings);
  const { blocks, skipped: skippedScopes } = yield* collectBlocks(bindings, [
    ...listings,
    ...strangers(bindings, backends),
  ]);
  const index = yield* BlockIndex.of(blocks);
  /** How bindings name what somebody may still have, without repetition: there may be thousands of blocks. */
  const unheard = [...new Set(blocks.flatMap(({ told, code, rename }) => (told && isDeletion(code) ? [] : [rename])))];
  const entries = new Map<string, Entry>();
  const settle = (key: string): void => {
    const [winner, ...losers] = candidates.byKey.get(key) ?? [];
    if (winner === undefined) {
      entries.delete(key);
      return;
    }
    const blockedBy = index.first(key, winner);
    const gone =
      blockedBy === undefined &&
      [winner, ...losers].every(({ problem }) => isDeletion(problem)) &&
      !unheard.some((rename) => couldSupply({ rename }, key));
    entries.set(key, { key, winner, losers, blockedBy, status: statusOf(winner, blockedBy), gone });
  };
  for (const key of candidates.byKey.keys()) {
    settle(key);
    yield;
  }
  const optional = new Set(backends.filter((backend) => backend.optional).map(({ name }) => name));
  const failures: CatalogueFailure[] = [];
  for (const { backend, region, binding, code, told, ...why } of blocks) {
    if (!optional.has(backend) && !told) failures.push({ backend, region, binding, code, ...whyOf(why) });
    yield;
  }
  const eventual = backends
    .filter(({ listConsistency }) => listConsistency === 'eventual')
    .flatMap(({ name }) =>
      bindings.active
        .filter(({ binding }) => selectsBackend(binding, name))
        .map((compiled) => ({ backend: name, compiled })),
    );
  return {
    catalogue: {
      entries,
      failures,
      blocks,
      skipped: candidates.skipped,
      skippedScopes,
      probeScopes: eventual.filter(({ compiled }) => compiled.pattern.kind === 'exact'),
      laggingGlobs: eventual.filter(({ compiled }) => compiled.pattern.kind === 'glob'),
      get unbindable() {
        return candidates.unbindable;
      },
      idle: bindings.idle,
    },
    change(backend, place, secret) {
      const keys = candidates.change(backend, place, secret);
      for (const key of keys) settle(key);
      return keys;
    },
  };
}

/** Bindings that name an unknown backend: its names cannot be listed, which is not the same as having none. */
function strangers(bindings: CompiledBindings, backends: readonly BackendTraits[]): Listing[] {
  const known = new Set([everyBackend, ...backends.map(({ name }) => name)]);
  const missing = new Set(bindings.active.map(({ binding }) => binding.backend).filter((name) => !known.has(name)));
  return [...missing].map((backend) => ({
    backend,
    query: { depth: 'tree' },
    secrets: [],
    unlisted: [],
    unnameable: [],
    failure: 'misconfigured',
    reason: 'backend_missing',
  }));
}

function statusOf(winner: Candidate, blockedBy: Block | undefined): Entry['status'] {
  if (blockedBy !== undefined || winner.problem !== undefined) return 'unavailable';
  return winner.declaredOnly ? 'declared' : 'available';
}

/** Why something is unavailable, and where. */
export interface Unavailability extends Failure {
  readonly backend: string;
  readonly scope: string;
}

export function unavailability(entry: Entry): Unavailability | undefined {
  const { blockedBy: block } = entry;
  if (block !== undefined)
    return { backend: block.backend, scope: blockScope(block), code: block.code, ...whyOf(block) };
  const { problem } = entry.winner;
  return problem === undefined ? undefined : problemOf(entry.winner, problem);
}

export function problemOf({ backend, scope, sourceKey, reason }: Candidate, code: FailureCode): Unavailability {
  if (reason === undefined) return { backend, scope, code };
  const kind = subjectOf(reason);
  const about = kind === 'scope' ? scope : kind === 'secret' ? `${scope}/${sourceKey}` : undefined;
  return { backend, scope, code, ...whyOf({ reason, about }) };
}

export function blockScope({ scope, region, pattern }: Block): string {
  return scope ?? region ?? (pattern.kind === 'exact' ? pattern.scope : pattern.text);
}

/** Unlisted keys that a map expects from a part with unknown names: they are unavailable. */
export function keysOfBlocks({ entries, blocks }: Catalogue): ReadonlyMap<string, Block> {
  const keys = new Map<string, Block>();
  for (const block of blocks)
    for (const key of keysByMap(block)) if (!entries.has(key) && !keys.has(key)) keys.set(key, block);
  return keys;
}
