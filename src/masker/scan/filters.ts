import { Bitmap } from './bitmap.ts';
import { createCuts } from './cuts.ts';
import { createEveryWordFilter } from './every-word.ts';
import { chunkOf, createWordFilter, wordAt, type Filter } from './filter.ts';
import { longStride, wholePieceBytes } from './gaps.ts';
import { eachHead } from './heads.ts';
import type { Patterns } from './patterns.ts';
import { createShortFilter, maxShortBytes } from './short-filter.ts';

/** A filter for each range of lengths, so that short patterns slow down no search for long ones. */
export interface Filters {
  /** Enters newly added patterns; a filter that becomes too full is rebuilt. */
  readonly update: () => void;
  /** The first four bytes of all patterns, with false positives. */
  readonly beginnings: () => Bitmap;
  /** Sets the chunk to be searched; an empty one releases it. */
  readonly open: (bytes: Uint8Array) => void;
  /**
   * The first position at or after `from` whose bytes could belong to a pattern according to any filter, or whose
   * control sequence may break one into pieces of any size.
   */
  readonly next: (from: number) => number;
}

interface Band {
  readonly create: (count: number, shortest: number) => Filter;
  readonly from: number;
  readonly to: number;
  count: number;
  shortest: number;
  /** The number of patterns that the filter was made for, and their minimum length. */
  capacity: number;
  least: number;
  filter: Filter | undefined;
  /** The first pattern that is not entered yet. */
  next: number;
  /** Its latest result in the chunk. */
  ahead: number;
}

const minCapacity = 64;
const beginningBits = 6;
const none = chunkOf(new Uint8Array(0));

export function createFilters(patterns: Patterns): Filters {
  const band = (create: Band['create'], from: number, to: number): Band => ({
    create,
    from,
    to,
    count: 0,
    shortest: Infinity,
    capacity: 0,
    least: 0,
    filter: undefined,
    next: 0,
    ahead: -1,
  });
  const bands: readonly Band[] = [
    // A pattern that a line break cuts may show its first whole piece only this far in.
    band((count) => createWordFilter(wholePieceBytes - 1 + longStride, count), wholePieceBytes, Infinity),
    band(createEveryWordFilter, maxShortBytes + 1, wholePieceBytes - 1),
    band(createShortFilter, 0, maxShortBytes),
  ];
  const cuts = createCuts();
  let known = 0;
  /** The first pattern whose beginning is not entered yet. */
  let begun = 0;
  let beginnings = new Bitmap(minCapacity, beginningBits);
  let capacity = minCapacity;
  let chunk = none;
  let cut = -1;

  /** Counts newly added patterns, and makes room for them. */
  function prepare(count: number): void {
    for (let which = known; which < count; which += 1) {
      const length = patterns.lengthOf(which);
      for (const of of bands) {
        if (length < of.from || length > of.to) continue;
        of.count += 1;
        of.shortest = Math.min(of.shortest, length);
      }
    }
    for (const of of bands) {
      of.next = known;
      if (of.count <= of.capacity && of.shortest >= of.least) continue;
      // With room, so that one more is only entered.
      of.capacity = Math.max(minCapacity, of.count * 2);
      of.least = of.shortest;
      of.filter = of.create(of.capacity, of.shortest);
      of.next = 0;
    }
    if (count <= capacity) return;
    capacity = count * 2;
    beginnings = new Bitmap(capacity, beginningBits);
    begun = 0;
  }

  return {
    update() {
      const count = patterns.count();
      prepare(count);
      const first = Math.min(begun, ...bands.map(({ next }) => next));
      eachHead(patterns, first, count, (head, length, which) => {
        if (which >= known) cuts.add(head, length);
        if (which >= begun) beginnings.add(wordAt(head, 0));
        for (const { filter, from, to, next } of bands)
          if (which >= next && length >= from && length <= to) filter?.add(head, length);
      });
      known = count;
      begun = count;
    },
    beginnings: () => beginnings,
    open(bytes) {
      chunk = chunkOf(bytes);
      cut = -1;
      for (const of of bands) of.ahead = -1;
    },
    next(from) {
      if (cut < from) cut = cuts.find(chunk.bytes, from);
      let nearest = cut;
      for (const of of bands) {
        if (of.filter === undefined) continue;
        if (of.ahead < from) of.ahead = of.filter.find(chunk, from);
        if (of.ahead < nearest) nearest = of.ahead;
      }
      return nearest;
    },
  };
}
