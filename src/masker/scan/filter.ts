import type { Patterns } from './patterns.ts';

/**
 * Tells quickly where no pattern of some lengths can be. Reading one word in every stride cannot miss an occurrence.
 */
export interface Filter {
  readonly add: (patterns: Patterns, which: number) => void;
  /** The first place at or after the one given whose bytes could belong to a pattern, or cannot be read any more. */
  readonly find: (chunk: Chunk, from: number) => number;
}

/** Bytes to be searched, and the words in them as the machine has these: from byte `wordsAt` on. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly wordsAt: number;
  /** Another one for each chunk. */
  readonly serial: number;
}

let chunks = 0;

export function chunkOf(bytes: Uint8Array): Chunk {
  const wordsAt = Math.min(bytes.byteLength, -bytes.byteOffset & (wordBytes - 1));
  const count = (bytes.byteLength - wordsAt) >>> 2;
  const words = new Int32Array(bytes.buffer, count > 0 ? bytes.byteOffset + wordsAt : 0, count);
  chunks += 1;
  return { bytes, words, wordsAt, serial: chunks };
}

/** The first word at or after the place that is a whole number of strides from the first one. */
export function wordFrom(from: number, wordsAt: number, stride: number): number {
  return Math.ceil(Math.max(0, from - wordsAt) / (wordBytes * stride)) * stride;
}

export const wordBytes = 4;
/** Multiplicative hashing by the golden ratio. */
export const hashFactor = 0x9e3779b1;
const pairFactor = 0x85ebca6b;
const bitsPerWord = 64;
const minSlots = 2 ** 12;
/** 4 MiB: more would lie too far from the processor. */
const maxSlots = 2 ** 20;
export const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The word that a machine reads one byte further on. */
export function shiftIn(word: number, byte: number): number {
  return isLittleEndian ? (word >>> 8) | (byte << 24) : (word << 8) | byte;
}

/** Two bits for a word and the one after it. */
function pairBits(word: number, next: number): number {
  const hash = Math.imul(word ^ Math.imul(next, pairFactor), hashFactor);
  return (1 << (hash >>> 27)) | (1 << (hash >>> 22));
}

function isPair(bits: Int32Array, mask: number, word: number, next: number): boolean {
  const wanted = pairBits(word, next);
  return ((bits[((Math.imul(word, hashFactor) >>> 5) & mask) | 1] ?? 0) & wanted) === wanted;
}

/** Whether the word beside it fits too. */
function isConfirmed(words: Int32Array, at: number, bits: Int32Array, mask: number): boolean {
  if (at === 0 || at + 1 >= words.length) return true;
  const word = words[at] ?? 0;
  return isPair(bits, mask, word, words[at + 1] ?? 0) || isPair(bits, mask, words[at - 1] ?? 0, word);
}

/** A function of its own, so that all it needs is in registers; four words at a time, for one branch. */
function nextKnown(words: Int32Array, from: number, stride: number, bits: Int32Array, mask: number): number {
  const [second, third, fourth] = [stride, 2 * stride, 3 * stride];
  const end = words.length;
  for (let at = from; ;) {
    for (; at + fourth < end; at += 4 * stride) {
      const a = Math.imul(words[at] ?? 0, hashFactor);
      const b = Math.imul(words[at + second] ?? 0, hashFactor);
      const c = Math.imul(words[at + third] ?? 0, hashFactor);
      const d = Math.imul(words[at + fourth] ?? 0, hashFactor);
      const known =
        ((bits[(a >>> 5) & mask] ?? 0) >>> (a >>> 27)) |
        ((bits[(b >>> 5) & mask] ?? 0) >>> (b >>> 27)) |
        ((bits[(c >>> 5) & mask] ?? 0) >>> (c >>> 27)) |
        ((bits[(d >>> 5) & mask] ?? 0) >>> (d >>> 27));
      if ((known & 1) !== 0) break;
    }
    for (const last = Math.min(end, at + 4 * stride); at < last; at += stride) {
      const hash = Math.imul(words[at] ?? 0, hashFactor);
      if ((((bits[(hash >>> 5) & mask] ?? 0) >>> (hash >>> 27)) & 1) === 0) continue;
      if (isConfirmed(words, at, bits, mask)) return at;
    }
    if (at >= end) return at;
  }
}

/**
 * For patterns of `stride` words less a byte and of 11 bytes at least: a word in every stride and one beside it.
 * @param offsets how many bytes into a pattern words are known; the stride at least
 * @param count of the patterns, about
 */
export function createWordFilter(stride: number, offsets: number, count: number): Filter {
  const wanted = Math.min(maxSlots, Math.max(minSlots, (count * offsets * bitsPerWord) / 16));
  /** The even slots know words; the odd one beside each knows what follows these. */
  const bits = new Int32Array(2 ** Math.ceil(Math.log2(wanted)));
  const mask = (bits.length - 1) & ~1;

  function enter(word: number, next: number): void {
    const hash = Math.imul(word, hashFactor);
    const slot = (hash >>> 5) & mask;
    bits[slot] = (bits[slot] ?? 0) | (1 << (hash >>> 27));
    bits[slot | 1] = (bits[slot | 1] ?? 0) | pairBits(word, next);
  }

  return {
    add({ bytesOf, startOf, lengthOf }, which) {
      const bytes = bytesOf(which);
      const start = startOf(which);
      const length = Math.min(lengthOf(which), offsets + 2 * wordBytes - 1);
      let [word, next] = [0, 0];
      for (let at = 0; at < length; at += 1) {
        if (at >= wordBytes) word = shiftIn(word, bytes[start + at - wordBytes] ?? 0);
        next = shiftIn(next, bytes[start + at] ?? 0);
        if (at >= 2 * wordBytes - 1) enter(word, next);
      }
      // What follows the last words of a short one is not known: there the word before is looked at.
      const last = Math.min(offsets, lengthOf(which) - wordBytes + 1);
      for (let at = length - 2 * wordBytes + 1; at < last; at += 1) {
        const hash = Math.imul(wordAt(bytes, start + at), hashFactor);
        const slot = (hash >>> 5) & mask;
        bits[slot] = (bits[slot] ?? 0) | (1 << (hash >>> 27));
      }
    },
    find: ({ words, wordsAt }, from) =>
      wordsAt + wordBytes * nextKnown(words, wordFrom(from, wordsAt, stride), stride, bits, mask),
  };
}

export function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = 0; index < wordBytes; index += 1) word = shiftIn(word, bytes[at + index] ?? 0);
  return word;
}
