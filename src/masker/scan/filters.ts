import { createShortFilter, createWordFilter, type Filter, type Search } from './filter.ts';
import { longStride, wholePieceBytes } from './gaps.ts';

/** A filter for each range of lengths, so that short patterns slow down no search for long ones. */
export interface Filters {
  /** Takes more patterns; a filter that becomes too full is made again. */
  add(patterns: readonly Uint8Array[]): void;
  /**
   * What all of the filters find in a chunk, and control sequences, at which patterns may be broken into any pieces.
   */
  open(chunk: Buffer | Uint8Array): Search;
}

interface Band {
  readonly create: (count: number) => Filter;
  readonly takes: (length: number) => boolean;
  patterns: Uint8Array[];
  capacity: number;
  filter: Filter | undefined;
}

const escape = 0x1b;
const minCapacity = 64;

export function createFilters(): Filters {
  const band = (create: Band['create'], from: number, to: number): Band => ({
    create,
    takes: (length) => length >= from && length <= to,
    patterns: [],
    capacity: 0,
    filter: undefined,
  });
  const bands: readonly Band[] = [
    // A pattern that a line break cuts may show its first whole piece only this far in.
    band((count) => createWordFilter(longStride, wholePieceBytes - 1 + longStride, count), wholePieceBytes, Infinity),
    band((count) => createWordFilter(8, 8, count), 11, wholePieceBytes - 1),
    band((count) => createWordFilter(4, 4, count), 7, 10),
    band(createShortFilter, 0, 6),
  ];

  function addTo(of: Band, patterns: readonly Uint8Array[]): void {
    for (const pattern of patterns) of.patterns.push(pattern);
    if (of.patterns.length <= of.capacity) {
      of.filter?.add(patterns);
      return;
    }
    // With room, so that one more is only entered.
    of.capacity = Math.max(minCapacity, of.patterns.length * 2);
    of.filter = of.create(of.capacity);
    of.filter.add(of.patterns);
  }

  return {
    add(patterns) {
      for (const of of bands) {
        const taken = patterns.filter(({ length }) => of.takes(length));
        if (taken.length > 0) addTo(of, taken);
      }
    },
    open(chunk) {
      const searches = bands.flatMap(({ filter }) => filter?.open(chunk) ?? []);
      searches.push((from) => {
        const at = chunk.indexOf(escape, from);
        return at < 0 ? chunk.length : at;
      });
      const ahead = searches.map(() => -1);
      return (from) => {
        let nearest = chunk.length;
        for (let index = 0; index < searches.length; index += 1) {
          let at = ahead[index] ?? -1;
          if (at < from) {
            at = searches[index]?.(from) ?? from;
            ahead[index] = at;
          }
          if (at < nearest) nearest = at;
        }
        return nearest;
      };
    },
  };
}
