import { escape, skipColours, wholePieceBytes } from './gaps.ts';

/**
 * Control sequences of terminals that could lie inside a pattern and leave a piece too short for filters before them.
 * After a longer piece the pattern is open already.
 */
export interface Cuts {
  /** @param head the pattern's first bytes */
  readonly add: (head: Uint8Array, length: number) => void;
  /** The first one at or after the position; the chunk's end if there is none. */
  readonly find: (bytes: Uint8Array, from: number) => number;
}

/** Colours follow each other closely: up to this distance a loop is faster than a call. */
const nearBytes = 32;

export function createCuts(): Cuts {
  /** Whether a pair of bytes is adjacent near the beginning of a pattern. */
  const pairs = new Uint8Array(2 ** 16);

  function isPair(before: number, after: number): boolean {
    return pairs[(before << 8) | after] === 1;
  }

  return {
    add(head, length) {
      const end = Math.min(length, wholePieceBytes + 1);
      for (let at = 1; at < end; at += 1) pairs[((head[at - 1] ?? 0) << 8) | (head[at] ?? 0)] = 1;
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
