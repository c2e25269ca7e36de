import { Bitmap, hashFactor } from './bitmap.ts';

/** Looks through one chunk: the first place at or after the one given whose bytes could belong to a pattern. */
export type Search = (from: number) => number;

/**
 * Tells quickly where no pattern of some lengths can be. Reading one group of bytes in every stride cannot miss an
 * occurrence.
 */
export interface Filter {
  readonly add: (patterns: readonly Uint8Array[]) => void;
  /** The search also gives the first place that lies too close to the chunk's end to be read. */
  readonly open: (chunk: Uint8Array) => Search;
}

const wordBytes = 4;
const pairFactor = 0x85ebca6b;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pairKey(word: number, next: number): number {
  return word ^ Math.imul(next, pairFactor);
}

/** A function of its own, so that all it needs is in registers. */
function nextKnown(view: DataView, from: number, stride: number, { bits, shift }: Bitmap): number {
  const end = view.byteLength - wordBytes;
  let at = from;
  for (; at <= end; at += stride) {
    const slot = Math.imul(view.getInt32(at, true), hashFactor) >>> shift;
    if (((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0) break;
  }
  return at;
}

/**
 * For patterns of `stride` + 3 bytes and more: a word in every stride and, where it is known, one beside it.
 * @param offsets how far into a pattern words are known; the stride at least
 * @param count of the patterns, about
 */
export function createWordFilter(stride: number, offsets: number, count: number): Filter {
  const words = new Bitmap(count * offsets, 64);
  const pairs = new Bitmap(count * offsets, 64);
  /** Of a pattern shorter than two words some words have none beside them. */
  const hasPairs = stride > wordBytes;

  function add(pattern: Uint8Array): void {
    const view = viewOf(pattern);
    const last = Math.min(offsets, pattern.length - wordBytes + 1);
    for (let at = 0; at < last; at += 1) {
      const word = view.getInt32(at, true);
      words.add(word);
      if (!hasPairs) continue;
      if (at + 2 * wordBytes <= pattern.length) pairs.add(pairKey(word, view.getInt32(at + wordBytes, true)));
      else pairs.add(pairKey(view.getInt32(at - wordBytes, true), word));
    }
  }

  function beginningOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
    const length = Math.min(byteLength, offsets + 2 * wordBytes - 1);
    return Buffer.from(buffer, byteOffset, length).toString('latin1');
  }

  function isConfirmed(view: DataView, at: number): boolean {
    if (!hasPairs || at < wordBytes || at + 2 * wordBytes > view.byteLength) return true;
    const word = view.getInt32(at, true);
    return (
      pairs.has(pairKey(word, view.getInt32(at + wordBytes, true))) ||
      pairs.has(pairKey(view.getInt32(at - wordBytes, true), word))
    );
  }

  return {
    add(patterns) {
      // Many differ only further on: a value with and without its padding, or with its last bytes escaped.
      const known = new Set<string>();
      for (const pattern of patterns) {
        const beginning = beginningOf(pattern);
        if (!known.has(beginning)) add(pattern);
        known.add(beginning);
      }
    },
    open(chunk) {
      const view = viewOf(chunk);
      return (from) => {
        let at = nextKnown(view, Math.ceil(from / stride) * stride, stride, words);
        while (at + wordBytes <= view.byteLength && !isConfirmed(view, at))
          at = nextKnown(view, at + stride, stride, words);
        return at;
      };
    },
  };
}

/** Likewise: every second pair of bytes, two of them at a time. */
function nextBeginning(view: DataView, from: number, halves: Uint8Array, beginnings: Bitmap): number {
  const end = view.byteLength - 2;
  let at = from;
  for (; at + 2 <= end; at += wordBytes) {
    const word = view.getInt32(at, true);
    if (((halves[word & 0xffff] ?? 0) | (halves[word >>> 16] ?? 0)) === 0) continue;
    if (mayBegin(view, at - 1, beginnings) || mayBegin(view, at, beginnings)) return at;
    if (mayBegin(view, at + 1, beginnings) || mayBegin(view, at + 2, beginnings)) return at + 2;
  }
  for (; at <= end; at += 2) if (mayBegin(view, at - 1, beginnings) || mayBegin(view, at, beginnings)) break;
  return at;
}

function mayBegin(view: DataView, at: number, beginnings: Bitmap): boolean {
  return at >= 0 && (at + wordBytes > view.byteLength || beginnings.has(view.getInt32(at, true)));
}

/**
 * For patterns of 4 to 6 bytes: every second pair of bytes, and where it is known the four bytes that a pattern would
 * begin with.
 */
export function createShortFilter(count: number): Filter {
  const halves = new Uint8Array(2 ** 16);
  const beginnings = new Bitmap(count, 64);

  function add(pattern: Uint8Array): void {
    const view = viewOf(pattern);
    halves[view.getUint16(0, true)] = 1;
    halves[view.getUint16(1, true)] = 1;
    beginnings.add(view.getInt32(0, true));
  }

  return {
    add(patterns) {
      for (const pattern of patterns) add(pattern);
    },
    open(chunk) {
      const view = viewOf(chunk);
      return (from) => nextBeginning(view, Math.ceil(from / 2) * 2, halves, beginnings);
    },
  };
}
