import { escape, skipColours } from './gaps.ts';

/** Control sequences of terminals that could lie inside a pattern and cut it into pieces of any size. */
export interface Cuts {
  readonly add: (pattern: Uint8Array) => void;
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
    add(pattern) {
      let before = pattern[0] ?? 0;
      for (let at = 1; at < pattern.length; at += 1) {
        const byte = pattern[at] ?? 0;
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
