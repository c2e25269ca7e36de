import { escape, skipColours } from './gaps.ts';
import type { Patterns } from './patterns.ts';

/** Control sequences of terminals that could lie inside a pattern and cut it into pieces of any size. */
export interface Cuts {
  readonly add: (patterns: Patterns, which: number) => void;
  /** The first one at or after the position; the chunk's end if there is none. */
  readonly find: (bytes: Uint8Array, from: number) => number;
}

/** Colours follow each other closely: up to this distance a loop is faster than a call. */
const nearBytes = 32;

export function createCuts(): Cuts {
  /** Whether a pair of bytes is adjacent in a pattern; not as bits, since large patterns are long to enter. */
  const pairs = new Uint8Array(2 ** 16);

  function isPair(before: number, after: number): boolean {
    return pairs[(before << 8) | after] === 1;
  }

  return {
    add({ bytesOf, startOf, lengthOf }, which) {
      const bytes = bytesOf(which);
      // The beginning of the one before it.
      if (which > 0 && bytes === bytesOf(which - 1) && startOf(which) === startOf(which - 1)) return;
      const end = startOf(which) + lengthOf(which);
      let before = bytes[startOf(which)] ?? 0;
      for (let at = startOf(which) + 1; at < end; at += 1) {
        const byte = bytes[at] ?? 0;
        pairs[(before << 8) | byte] = 1;
        before = byte;
      }
    },
    find(bytes, from) {
      const length = bytes.length;
      for (let at = nextEscape(bytes, from); at < length;) {
        const after = skipColours(bytes, at);
        // Anything could precede or follow the chunk.
        if (after === at || after === length || at === 0 || isPair(bytes[at - 1] ?? 0, bytes[after] ?? 0)) return at;
        at = nextEscape(bytes, after);
      }
      return length;
    },
  };
}

function nextEscape(bytes: Uint8Array, from: number): number {
  const end = Math.min(bytes.length, from + nearBytes);
  for (let at = from; at < end; at += 1) if (bytes[at] === escape) return at;
  const found = end < bytes.length ? bytes.indexOf(escape, end) : -1;
  return found < 0 ? bytes.length : found;
}
