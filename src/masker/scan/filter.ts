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
const none = new Int32Array(0);

export function chunkOf(bytes: Uint8Array): Chunk {
  const wordsAt = Math.min(bytes.byteLength, -bytes.byteOffset & (wordBytes - 1));
  const count = (bytes.byteLength - wordsAt) >>> 2;
  const words = count > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + wordsAt, count) : none;
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
const minSlots = 2 ** 11;
/** 2 MiB of words, and as much of what follows them: more would lie too far from the processor. */
const maxSlots = 2 ** 19;
export const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The word that a machine reads one byte further on. */
export function shiftIn(word: number, byte: number): number {
  return isLittleEndian ? (word >>> 8) | (byte << 24) : (word << 8) | byte;
}

/** Words that patterns have, and for each what follows it, as sets that may also say yes to what they do not hold. */
interface Known {
  readonly words: Int32Array;
  readonly followers: Int32Array;
  /** What is left of a hash tells a slot by all but its last five bits, and by these a bit. */
  readonly shift: number;
}

/** Two bits for a word and the one after it. */
function pairBits(word: number, next: number): number {
  const hash = Math.imul(word ^ Math.imul(next, pairFactor), hashFactor);
  return (1 << (hash >>> 27)) | (1 << (hash >>> 22));
}

function isPair({ followers, shift }: Known, word: number, next: number): boolean {
  const wanted = pairBits(word, next);
  return ((followers[Math.imul(word, hashFactor) >>> shift >>> 5] ?? 0) & wanted) === wanted;
}

/** Whether so many words in a row that this one is among, each as it follows the one before in a pattern, are there. */
function isInRow(words: Int32Array, at: number, pairs: number, known: Known): boolean {
  let found = 0;
  for (let right = at; found < pairs; right += 1, found += 1) {
    // What comes behind the chunk could be anything.
    if (right + 1 >= words.length) return true;
    if (!isPair(known, words[right] ?? 0, words[right + 1] ?? 0)) break;
  }
  for (let left = at - 1; found < pairs; left -= 1, found += 1) {
    if (left < 0) return true;
    if (!isPair(known, words[left] ?? 0, words[left + 1] ?? 0)) return false;
  }
  return true;
}

/** The first known word from the one given to before the last that stands in a row of words. */
function firstConfirmed(words: Int32Array, from: number, last: number, stride: number, known: Known): number {
  let at = from;
  for (; at < last; at += stride) {
    const hash = Math.imul(words[at] ?? 0, hashFactor) >>> known.shift;
    // A pattern, or a whole piece of it, has at least as many words in a row as there are in a stride.
    if ((((known.words[hash >>> 5] ?? 0) >>> hash) & 1) !== 0 && isInRow(words, at, stride - 1, known)) return at;
  }
  return at;
}

/**
 * A function of its own, so that all it needs is in registers, for one stride, so that all distances are known; four
 * words at a time, for one branch.
 */
function nextOfFour(words: Int32Array, from: number, known: Int32Array, shift: number): number {
  let at = from;
  for (const end = words.length; at + 12 < end; at += 16) {
    const a = Math.imul(words[at] ?? 0, hashFactor) >>> shift;
    const b = Math.imul(words[at + 4] ?? 0, hashFactor) >>> shift;
    const c = Math.imul(words[at + 8] ?? 0, hashFactor) >>> shift;
    const d = Math.imul(words[at + 12] ?? 0, hashFactor) >>> shift;
    const bits =
      ((known[a >>> 5] ?? 0) >>> a) |
      ((known[b >>> 5] ?? 0) >>> b) |
      ((known[c >>> 5] ?? 0) >>> c) |
      ((known[d >>> 5] ?? 0) >>> d);
    if ((bits & 1) !== 0) break;
  }
  return at;
}

/**
 * For patterns of `stride` words and three bytes and of 11 bytes at least: a word in every stride and one beside it.
 * @param offsets how many bytes into a pattern words are known; the stride at least
 * @param count of the patterns, about
 */
export function createWordFilter(stride: number, offsets: number, count: number): Filter {
  const wanted = Math.min(maxSlots, Math.max(minSlots, (count * offsets * bitsPerWord) / 32));
  const slots = 2 ** Math.ceil(Math.log2(wanted));
  const known: Known = {
    words: new Int32Array(slots),
    followers: new Int32Array(slots),
    shift: 27 - Math.log2(slots),
  };

  function enter(word: number): number {
    const hash = Math.imul(word, hashFactor) >>> known.shift;
    known.words[hash >>> 5] = (known.words[hash >>> 5] ?? 0) | (1 << hash);
    return hash >>> 5;
  }

  function find(words: Int32Array, from: number): number {
    const end = words.length;
    for (let at = from; ;) {
      if (stride === 4) at = nextOfFour(words, at, known.words, known.shift);
      const last = Math.min(end, at + 4 * stride);
      at = firstConfirmed(words, at, last, stride, known);
      if (at < last || at >= end) return at;
    }
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
        if (at < 2 * wordBytes - 1) continue;
        const slot = enter(word);
        known.followers[slot] = (known.followers[slot] ?? 0) | pairBits(word, next);
      }
      // Of the last words of a short one it is not known what follows.
      const last = Math.min(offsets, lengthOf(which) - wordBytes + 1);
      for (let at = length - 2 * wordBytes + 1; at < last; at += 1) enter(wordAt(bytes, start + at));
    },
    find: ({ words, wordsAt }, from) => wordsAt + wordBytes * find(words, wordFrom(from, wordsAt, stride)),
  };
}

export function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = 0; index < wordBytes; index += 1) word = shiftIn(word, bytes[at + index] ?? 0);
  return word;
}
