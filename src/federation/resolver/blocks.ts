import { whyOf, type Failure, type FailureCode, type Why } from '@kici-dev/secret-backend';
import { selectsBackend, type CompiledBinding, type CompiledBindings } from './compile.ts';
import type { Listing } from './listing.ts';
import { compareText, decide, type Ranked } from './rank.ts';
import { sourceKeysOf, type Rename } from './rename.ts';
import { couldMatchWithin, selectsScope, type ScopePattern } from './scope-pattern.ts';

/** A part of a backend whose names could not be had, as far as one binding reaches into it. */
export interface Block extends Why {
  readonly backend: string;
  /** Left out: the whole backend. */
  readonly region: string | undefined;
  readonly code: FailureCode;
  readonly binding: string;
  readonly priority: number;
  readonly hostRank: number;
  readonly patternRank: number;
  readonly pattern: ScopePattern;
  readonly rename: Rename;
}

export function collectBlocks(bindings: CompiledBindings, listings: readonly Listing[]): readonly Block[] {
  return listings
    .flatMap(({ backend, query, failure, unlisted, ...why }) => {
      const parts: { region: string | undefined; cause: Failure; alone: boolean }[] =
        failure === undefined
          ? unlisted.map((cause) => ({ region: cause.scope, cause, alone: false }))
          : [{ region: query.scope, cause: { code: failure, ...whyOf(why) }, alone: query.depth === 'scope' }];
      return parts.flatMap(({ region, cause, alone }) =>
        bindings.active
          .filter(
            ({ binding, pattern }) =>
              selectsBackend(binding, backend) &&
              (alone && region !== undefined ? selectsScope(pattern, region) : couldMatchWithin(pattern, region)),
          )
          .map((compiled) => blockOf(compiled, backend, region, cause)),
      );
    })
    .toSorted(compareBlocks);
}

/** The best first, whatever order the listings came in: the first is the one that messages name. */
function compareBlocks(left: Block, right: Block): number {
  return (
    decide(rankOf(left), rankOf(right)).order ||
    compareText(left.binding, right.binding) ||
    compareText(left.code, right.code)
  );
}

function rankOf({ priority, hostRank, patternRank, backend, region = '' }: Block): Ranked {
  return { priority, hostRank, patternRank, depth: 0, backend, scope: region, sourceKey: '' };
}

function blockOf(
  { binding, pattern, hostRank, patternRank }: CompiledBinding,
  backend: string,
  region: string | undefined,
  cause: Failure,
): Block {
  return {
    backend,
    region,
    code: cause.code,
    ...whyOf(cause),
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

/** Whether some secret in the part could rank above the winner. Where that cannot be known, it could. */
export function couldOutrank(block: Block, winner: Ranked): boolean {
  if (block.priority !== winner.priority) return block.priority > winner.priority;
  if (block.hostRank !== winner.hostRank) return block.hostRank > winner.hostRank;
  if (block.patternRank !== winner.patternRank) return block.patternRank > winner.patternRank;
  const deepest = block.pattern.kind === 'exact' ? block.pattern.scope.split('/').length : block.pattern.maxDepth;
  if (deepest !== winner.depth) return deepest > winner.depth;
  const byBackend = compareText(block.backend, winner.backend);
  if (byBackend !== 0) return byBackend < 0;
  return block.pattern.kind === 'exact' ? compareText(block.pattern.scope, winner.scope) <= 0 : true;
}
