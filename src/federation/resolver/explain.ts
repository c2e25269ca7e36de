import { whyOf } from '@kici-dev/secret-backend';
import type { Candidate } from './candidates.ts';
import { blockScope, problemOf, type Catalogue, type Entry, type Unavailability } from './catalogue.ts';
import { couldOutrank, couldSupply, isOwnProblem, type Block } from './blocks.ts';
import { decide } from './rank.ts';
import { sourceKeysOf } from './rename.ts';

export interface ExplainedCandidate extends Candidate {
  /** The rule by which the previous candidate outranks it; empty for the first. */
  readonly rule: string;
}

type BoundUnavailability = Unavailability & { readonly binding: string };

export interface Explanation {
  readonly key: string;
  readonly status: 'available' | 'declared' | 'unavailable' | 'not_found';
  /** The winner, then every loser in order. */
  readonly candidates: readonly ExplainedCandidate[];
  readonly blockedBy: readonly BoundUnavailability[];
  /** Deleted candidates that their binding counts as absent, which would or might have supplied the key. */
  readonly skipped: readonly BoundUnavailability[];
  /** What the answer cannot know, in words. */
  readonly limits: readonly string[];
}

/** Who supplies a key and why, computed from the entry that serves it. */
export function explain(catalogue: Catalogue, key: string): Explanation {
  const entry = catalogue.entries.get(key);
  const ranked = entry === undefined ? [] : [entry.winner, ...entry.losers];
  const blocks = catalogue.blocks.filter((block) => couldSupply(block, key) && couldDecide(block, entry));
  return {
    key,
    status: entry?.status ?? (blocks.length > 0 ? 'unavailable' : 'not_found'),
    candidates: ranked.map((candidate, index) => {
      const better = ranked[index - 1];
      return { ...candidate, rule: better === undefined ? '' : decide(better, candidate).rule };
    }),
    blockedBy: blocks.map(partOf),
    skipped: [
      ...(catalogue.skipped.get(key) ?? []).map((candidate) => ({
        ...problemOf(candidate, candidate.problem),
        binding: candidate.binding,
      })),
      ...catalogue.skippedScopes.filter((block) => couldSupply(block, key)).map(partOf),
    ],
    limits: limitsOf(catalogue, key),
  };
}

function couldDecide(block: Block, entry: Entry | undefined): boolean {
  return entry === undefined || (couldOutrank(block, entry.winner) && !isOwnProblem(block, entry.winner));
}

function partOf(block: Block): BoundUnavailability {
  const { backend, binding, code } = block;
  return { backend, scope: blockScope(block), binding, code, ...whyOf(block) };
}

function limitsOf(catalogue: Catalogue, key: string): string[] {
  const reaches = ({ compiled }: Catalogue['laggingGlobs'][number]): boolean =>
    sourceKeysOf(compiled.binding.rename, key).length > 0;
  return [
    ...catalogue.probeScopes
      .filter(reaches)
      .map(
        ({ backend, compiled }) =>
          `${backend} lists with a delay: ${compiled.pattern.kind === 'exact' ? compiled.pattern.scope : ''} is asked by name when the key is read`,
      ),
    ...catalogue.laggingGlobs
      .filter(reaches)
      .map(
        ({ backend, compiled }) =>
          `${backend} lists with a delay: a secret made a moment ago under ${compiled.binding.pattern} may be missing here, and a glob cannot be queried by name`,
      ),
  ];
}
