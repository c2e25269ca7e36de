import { wholePieceBytes } from './gaps.ts';

/** Looks through one chunk: the first place at or after the one given whose bytes could belong to a pattern. */
export type Search = (from: number) => number;

/** Tells quickly where no pattern of some lengths can be. Reading one group of bytes in every stride cannot miss an occurrence. */
export interface Filter {
  readonly add: (patterns: readonly Uint8Array[]) => void;
  /** The search also gives the first place that lies too close to the chunk's end to be read. */
  readonly open: (chunk: Uint8Array) => Search;
}

const golden = 0x9e3779b1;
const other = 0x85ebca6b;

/** A set of numbers of 32 bits that may also say yes to what it does not hold. */
class Bitmap {
  readonly shift: number;
  readonly bits: Uint32Array;

  constructor(entries: number, bitsPerEntry: number) {
    const wanted = Math.min(maxBits, Math.max(minBits, entries * bitsPerEntry));
    this.shift = 32 - Math.ceil(Math.log2(wanted));
    this.bits = new Uint32Array(2 ** (32 - this.shift) / 32);
  }

  add(key: number): void {
    const slot = Math.imul(key, golden) >>> this.shift;
    this.bits[slot >>> 5] = (this.bits[slot >>> 5] ?? 0) | (1 << (slot & 31));
  }

  has(key: number): boolean {
    const slot = Math.imul(key, golden) >>> this.shift;
    return ((this.bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }
}

const minBits = 2 ** 16;
const maxBits = 2 ** 26;
const wordBytes = 4;

/** Numbers as the processor reads them from memory, at any place. */
const scratch = new Uint8Array(8);
const scratchWords = new Uint32Array(scratch.buffer);
const scratchHalves = new Uint16Array(scratch.buffer);

function load(bytes: Uint8Array, at: number): void {
  for (let index = 0; index < scratch.length; index += 1) scratch[index] = bytes[at + index] ?? 0;
}

function pairKey(word: number, next: number): number {
  return word ^ Math.imul(next, other);
}

/** The first place at which a word of so many bytes can be read in one go. */
function alignment(chunk: Uint8Array, width: number): number {
  return (width - (chunk.byteOffset % width)) % width;
}

function wordsOf(chunk: Uint8Array, first: number): Uint32Array {
  return new Uint32Array(
    chunk.buffer,
    chunk.byteOffset + first,
    Math.max(0, Math.floor((chunk.byteLength - first) / wordBytes)),
  );
}

/** Patterns of at least this many bytes hold a whole group of 8 bytes, whatever their place. */
export const minLongBytes = wholePieceBytes;
const longStride = 8;
/** A pattern that a line break cuts may show its first whole group only this far in. */
const longOffsets = wholePieceBytes - 1 + longStride;

/** For patterns of 15 bytes and more: every second word, and where it is known the one after it. */
export function createLongFilter(count: number): Filter {
  const words = new Bitmap(count * longOffsets, 24);
  const pairs = new Bitmap(count * longOffsets, 8);
  return {
    add(patterns) {
      for (const pattern of patterns) {
        const last = Math.min(longOffsets - 1, pattern.length - 2 * wordBytes);
        for (let at = 0; at <= last; at += 1) {
          load(pattern, at);
          const [word = 0, next = 0] = scratchWords;
          words.add(word);
          pairs.add(pairKey(word, next));
        }
      }
    },
    open(chunk) {
      const first = alignment(chunk, wordBytes);
      const read = wordsOf(chunk, first);
      const { bits, shift } = words;
      return (from) => {
        let at = Math.max(0, Math.ceil((from - first) / longStride)) * 2;
        for (; at + 1 < read.length; at += 2) {
          const word = read[at] ?? 0;
          const slot = Math.imul(word, golden) >>> shift;
          if (((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0 && pairs.has(pairKey(word, read[at + 1] ?? 0))) break;
        }
        return first + at * wordBytes;
      };
    },
  };
}

export const minMiddleBytes = 7;

/** For patterns of 7 to 14 bytes: every word. */
export function createMiddleFilter(count: number): Filter {
  const words = new Bitmap(count * wordBytes, 64);
  return {
    add(patterns) {
      for (const pattern of patterns) {
        for (let at = 0; at < wordBytes; at += 1) {
          load(pattern, at);
          words.add(scratchWords[0] ?? 0);
        }
      }
    },
    open(chunk) {
      const first = alignment(chunk, wordBytes);
      const read = wordsOf(chunk, first);
      const { bits, shift } = words;
      return (from) => {
        let at = Math.max(0, Math.ceil((from - first) / wordBytes));
        for (; at < read.length; at += 1) {
          const slot = Math.imul(read[at] ?? 0, golden) >>> shift;
          if (((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0) break;
        }
        return first + at * wordBytes;
      };
    },
  };
}

/** For patterns of 4 to 6 bytes: every second pair of bytes, and where it is known the four bytes that a pattern would begin with. */
export function createShortFilter(count: number): Filter {
  const halves = new Uint32Array(2 ** 16 / 32);
  const beginnings = new Bitmap(count, 64);
  const mayBegin = (chunk: Uint8Array, at: number): boolean => {
    if (at < 0) return false;
    if (at + wordBytes > chunk.length) return true;
    load(chunk, at);
    return beginnings.has(scratchWords[0] ?? 0);
  };
  return {
    add(patterns) {
      for (const pattern of patterns) {
        for (let at = 0; at < 2; at += 1) {
          load(pattern, at);
          const half = scratchHalves[0] ?? 0;
          halves[half >>> 5] = (halves[half >>> 5] ?? 0) | (1 << (half & 31));
        }
        load(pattern, 0);
        beginnings.add(scratchWords[0] ?? 0);
      }
    },
    open(chunk) {
      const first = alignment(chunk, 2);
      const read = new Uint16Array(
        chunk.buffer,
        chunk.byteOffset + first,
        Math.max(0, Math.floor((chunk.byteLength - first) / 2)),
      );
      return (from) => {
        let at = Math.max(0, Math.ceil((from - first) / 2));
        for (; at < read.length; at += 1) {
          const half = read[at] ?? 0;
          if (((halves[half >>> 5] ?? 0) & (1 << (half & 31))) === 0) continue;
          const place = first + at * 2;
          if (mayBegin(chunk, place - 1) || mayBegin(chunk, place)) break;
        }
        return first + at * 2;
      };
    },
  };
}
