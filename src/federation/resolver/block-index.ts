import { couldOutrank, couldSupply, highestRank, isOwnProblem, type Block } from './blocks.ts';
import type { Candidate } from './candidates.ts';
import { sortInPieces, type Pieces } from './pieces.ts';
import { decide } from './rank.ts';

interface Place {
  readonly block: Block;
  /** Its position among all blocks. */
  readonly at: number;
}

/** The blocks of one binding, which share its renaming. */
interface Group {
  readonly rename: Block['rename'];
  /**
   * Sorted by the highest rank that a secret in them could have, so that those that could outrank a winner come first.
   */
  readonly places: readonly Place[];
  /** For each prefix of the places, the one that comes first among all blocks. */
  readonly firsts: readonly Place[];
}

/** Finds what could outrank a winner without visiting every block for every key: there may be thousands of both. */
export class BlockIndex {
  readonly #groups: readonly Group[];

  private constructor(groups: readonly Group[]) {
    this.#groups = groups;
  }

  /** @param blocks best first */
  static *of(blocks: readonly Block[]): Pieces<BlockIndex> {
    const byBinding = new Map<string, Place[]>();
    for (const [at, block] of blocks.entries()) {
      const known = byBinding.get(block.binding);
      if (known === undefined) byBinding.set(block.binding, [{ block, at }]);
      else known.push({ block, at });
      yield;
    }
    const groups: Group[] = [];
    for (const places of byBinding.values()) groups.push(yield* groupOf(places));
    return new BlockIndex(groups);
  }

  /** The first of the blocks that could supply another winner. */
  first(key: string, winner: Candidate): Block | undefined {
    let first: Place | undefined;
    for (const group of this.#groups) {
      const place = couldSupply(group, key) ? firstAbove(group, winner) : undefined;
      if (place !== undefined && (first === undefined || place.at < first.at)) first = place;
    }
    return first?.block;
  }
}

function* groupOf(places: Place[]): Pieces<Group> {
  const [any] = places;
  if (any === undefined) throw new TypeError('a group has a block');
  yield* sortInPieces(places, (left, right) => decide(highestRank(left.block), highestRank(right.block)).order);
  const firsts: Place[] = [];
  let first = any;
  for (const place of places) {
    if (firsts.length === 0 || place.at < first.at) first = place;
    firsts.push(first);
    yield;
  }
  return { rename: any.block.rename, places, firsts };
}

function firstAbove({ places, firsts }: Group, winner: Candidate): Place | undefined {
  const above = countAbove(places, winner);
  const first = firsts[above - 1];
  if (first === undefined || !isOwnProblem(first.block, winner)) return first;
  return places
    .slice(0, above)
    .filter(({ block }) => !isOwnProblem(block, winner))
    .reduce<Place | undefined>((best, place) => (best === undefined || place.at < best.at ? place : best), undefined);
}

/** Binary search. */
function countAbove(places: readonly Place[], winner: Candidate): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const place = places[middle];
    if (place !== undefined && couldOutrank(place.block, winner)) low = middle + 1;
    else high = middle;
  }
  return low;
}
