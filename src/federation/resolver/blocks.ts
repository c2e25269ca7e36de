import { whyOf, type Failure, type ListQuery, type UnlistedScope } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Candidate } from './candidates.ts';
import type { Listing } from './listing.ts';
import { sortInPieces, type Pieces } from './pieces.ts';
import { compareText, decide, type Ranked } from './rank.ts';
import { sourceKeysOf, type Rename } from './rename.ts';
import { couldMatchWithin, scopeDepth, selectsScope, type ScopePattern } from './scope-pattern.ts';
import { isDeletion, isState } from './states.ts';

/** A part of a backend whose names are unknown, as far as one binding reaches into it. */
export interface Block extends Failure {
  readonly backend: string;
  /** What could not be listed; default: the whole backend. */
  readonly region: string | undefined;
  /** The only scope that the binding selects in it; undefined if there may be several. */
  readonly scope: string | undefined;
  /** The backend has answered, and this is the scope's state: querying again would show no more. */
  readonly told: boolean;
  readonly binding: string;
  readonly priority: number;
  readonly hostRank: number;
  readonly patternRank: number;
  readonly pattern: ScopePattern;
  readonly rename: Rename;
}

/** A region that is a single scope has the depth `scope`. */
interface UnknownPart extends Failure {
  readonly region: string | undefined;
  readonly depth: ListQuery['depth'];
}

export interface Blocks {
  /** Best first, whatever the order of the listings. */
  readonly blocks: readonly Block[];
  /** Deleted parts that count as absent, in the same order. */
  readonly skipped: readonly Block[];
}

export function* collectBlocks(bindings: CompiledBindings, listings: readonly Listing[]): Pieces<Blocks> {
  const blocks: Block[] = [];
  const skipped: Block[] = [];
  for (const listing of listings) {
    const selecting = bindings.active.filter(({ binding }) => selectsBackend(binding, listing.backend));
    for (const part of unknownParts(listing)) {
      for (const compiled of selecting) {
        yield;
        const { binding, pattern } = compiled;
        if (!reaches(pattern, part)) continue;
        const isSkipped = binding.skipDeleted && isTold(part) && isDeletion(part.code);
        (isSkipped ? skipped : blocks).push(blockOf(compiled, listing.backend, part));
      }
    }
  }
  yield* sortInPieces(blocks, compareBlocks);
  yield* sortInPieces(skipped, compareBlocks);
  return { blocks, skipped };
}

/** Whether the backend has answered with the state of one scope; a tree or a store has none. */
export function isTold({ depth, code }: Pick<UnlistedScope, 'depth' | 'code'>): boolean {
  return depth === 'scope' && isState(code);
}

function* unknownParts({ query, failure, unlisted, ...why }: Listing): Iterable<UnknownPart> {
  if (failure !== undefined) yield { region: query.scope, depth: query.depth, code: failure, ...whyOf(why) };
  else
    for (const { scope, depth = 'tree', code, ...own } of unlisted) yield { region: scope, depth, code, ...whyOf(own) };
}

function reaches(pattern: ScopePattern, { region, depth }: UnknownPart): boolean {
  return depth === 'scope' && region !== undefined ? selectsScope(pattern, region) : couldMatchWithin(pattern, region);
}

/** Messages name the first. */
function compareBlocks(left: Block, right: Block): number {
  return (
    decide(rankOf(left), rankOf(right)).order ||
    compareText(left.binding, right.binding) ||
    compareText(left.code, right.code)
  );
}

/** If the scope is known, no candidate in it ranks higher. */
function rankOf({ priority, hostRank, patternRank, backend, region = '', scope }: Block): Ranked {
  return {
    priority,
    hostRank,
    patternRank,
    depth: scope === undefined ? 0 : scopeDepth(scope),
    backend,
    scope: scope ?? region,
    sourceKey: '',
  };
}

function blockOf(
  { binding, pattern, hostRank, patternRank }: CompiledBinding,
  backend: string,
  part: UnknownPart,
): Block {
  const { region, code, depth } = part;
  return {
    backend,
    region,
    scope: pattern.kind === 'exact' ? pattern.scope : depth === 'scope' ? region : undefined,
    code,
    ...whyOf(part),
    told: isTold(part),
    binding: binding.id,
    priority: binding.priority,
    hostRank,
    patternRank,
    pattern,
    rename: binding.rename,
  };
}

/** Whether some name in the part could become this key. */
export function couldSupply(block: Pick<Block, 'rename'>, key: string): boolean {
  return sourceKeysOf(block.rename, key).length > 0;
}

/** The highest rank that a secret in the part could have. Errs towards higher. */
export function highestRank(block: Block): Ranked {
  if (block.scope !== undefined) return rankOf(block);
  const { pattern } = block;
  const depth = pattern.kind === 'exact' ? scopeDepth(pattern.scope) : pattern.maxDepth;
  return { ...rankOf(block), depth, scope: '' };
}

/** Whether some secret in the part could outrank the winner. */
export function couldOutrank(block: Block, winner: Ranked): boolean {
  return decide(highestRank(block), winner).order <= 0;
}

/** If the winner is known to be deleted with its scope, that is one cause, reported once. */
export function isOwnProblem({ backend, scope, code }: Block, winner: Candidate): boolean {
  return winner.problem === code && winner.backend === backend && winner.scope === scope;
}

/**
 * The keys that a map names in the part: the operator says that they belong there, even if the backend cannot be
 * queried.
 */
export function keysByMap({ rename }: Block): readonly string[] {
  return rename.kind === 'map' ? [...new Set(rename.keys.values())] : [];
}
