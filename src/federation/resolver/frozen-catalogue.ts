import { whyOf } from '@kici-dev/secret-backend';
import type { Block } from './blocks.ts';
import { blockScope, unavailability, type Catalogue, type ProbeScope, type Unavailability } from './catalogue.ts';
import type { Ranked } from './rank.ts';
import type { Rename } from './rename.ts';
import { scopeDepth } from './scope-pattern.ts';

/**
 * A catalogue as a job keeps it: names only, plain JSON. It fixes the winners, so that no change during the job can put
 * another value in their place.
 */
export interface FrozenCatalogue {
  readonly entries: readonly FrozenEntry[];
  /** Best first. */
  readonly probes: readonly FrozenProbe[];
  /** What could hold keys that nobody knows by name. */
  readonly blocks: readonly FrozenBlock[];
}

export interface FrozenEntry {
  readonly key: string;
  readonly status: 'available' | 'declared' | 'unavailable';
  readonly winner: FrozenRank;
  readonly version?: string;
  /** Why it is unavailable. */
  readonly blockedBy?: Unavailability;
}

/** `patternRank` is null for an exact scope: JSON has no infinity. */
export interface FrozenRank extends Omit<Ranked, 'patternRank'> {
  readonly patternRank: number | null;
}

export type FrozenRename =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'map'; readonly keys: readonly (readonly [string, string])[] };

export interface FrozenProbe extends Omit<FrozenRank, 'sourceKey'> {
  readonly rename: FrozenRename;
  /** Counts as absent if it turns out to be deleted. */
  readonly skipDeleted?: true;
}

export interface FrozenBlock extends Unavailability {
  readonly rename: FrozenRename;
}

export function freezeCatalogue(catalogue: Catalogue): FrozenCatalogue {
  return {
    entries: [...catalogue.entries.values()].map((entry) => {
      const blockedBy = unavailability(entry);
      return {
        key: entry.key,
        status: entry.status,
        winner: freezeRank(entry.winner),
        ...(entry.winner.version !== undefined && { version: entry.winner.version }),
        ...(blockedBy !== undefined && { blockedBy }),
      };
    }),
    probes: catalogue.probeScopes.flatMap(freezeProbe),
    blocks: catalogue.blocks.map((block: Block) => ({
      backend: block.backend,
      scope: blockScope(block),
      code: block.code,
      ...whyOf(block),
      rename: freezeRename(block.rename),
    })),
  };
}

function freezeRank(rank: Ranked): FrozenRank {
  const { priority, hostRank, patternRank, depth, backend, scope, sourceKey } = rank;
  return {
    priority,
    hostRank,
    patternRank: patternRank === Number.POSITIVE_INFINITY ? null : patternRank,
    depth,
    backend,
    scope,
    sourceKey,
  };
}

export function thawRank(rank: FrozenRank): Ranked {
  return { ...rank, patternRank: rank.patternRank ?? Number.POSITIVE_INFINITY };
}

function freezeProbe({ backend, compiled }: ProbeScope): FrozenProbe[] {
  const { binding, pattern, hostRank } = compiled;
  if (pattern.kind !== 'exact') return [];
  return [
    {
      priority: binding.priority,
      hostRank,
      patternRank: null,
      depth: scopeDepth(pattern.scope),
      backend,
      scope: pattern.scope,
      rename: freezeRename(binding.rename),
      ...(binding.skipDeleted && { skipDeleted: true }),
    },
  ];
}

function freezeRename(rename: Rename): FrozenRename {
  return rename.kind === 'map' ? { kind: 'map', keys: [...rename.keys] } : rename;
}

export function thawRename(rename: FrozenRename): Rename {
  return rename.kind === 'map' ? { kind: 'map', keys: new Map(rename.keys) } : rename;
}
