/** Finds quickly where patterns of certain lengths could be. Reading one word per stride cannot miss an occurrence. */
export interface Filter {
  /** @param head the pattern's first bytes */
  readonly add: (head: Uint8Array, length: number) => void;
  /** The first position at or after `from` whose bytes could belong to a pattern, or are too few to read. */
  readonly find: (chunk: Chunk, from: number) => number;
}

/** Bytes to be searched, and their aligned words in native byte order, from byte `wordsAt` on. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly wordsAt: number;
  /** Unique per chunk. */
  readonly serial: number;
}

let chunks = 0;
const none = new Int32Array(0);

export function chunkOf(chunk: Uint8Array): Chunk {
  // Another array's `indexOf` takes forty times as long.
  const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const wordsAt = Math.min(bytes.byteLength, -bytes.byteOffset & (wordBytes - 1));
  const count = (bytes.byteLength - wordsAt) >>> 2;
  const words = count > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + wordsAt, count) : none;
  chunks += 1;
  return { bytes, words, wordsAt, serial: chunks };
}

/** The first word at or after the position whose index is a multiple of the stride. */
export function wordFrom(from: number, wordsAt: number, stride: number): number {
  return Math.ceil(Math.max(0, from - wordsAt) / (wordBytes * stride)) * stride;
}

export const wordBytes = 4;
/** Multiplicative hashing by the golden ratio. */
export const hashFactor = 0x9e3779b1;
const pairFactor = 0x85ebca6b;
const bitsPerWord = 32;
const stride = 4;
const pairsInRow = stride - 1;
// An exported name is looked up each time that it is used.
const factor = hashFactor;
const minSlots = 2 ** 11;
/** 4 MiB of words, since larger tables miss the caches. Followers are read less often and get less. */
const maxSlots = 2 ** 20;
const followersPerSlot = 1 / 4;
export const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The word that is read one byte further on. */
export function shiftIn(word: number, byte: number): number {
  return isLittleEndian ? (word >>> 8) | (byte << 24) : (word << 8) | byte;
}

/** The words of patterns, and for each the words that follow it, as sets with false positives. */
interface Known {
  readonly words: Int32Array;
  readonly followers: Int32Array;
  /** The shifted hash is a slot and, in its last five bits, a bit. */
  readonly shift: number;
  readonly followersShift: number;
}

/** Two bits for a pair of adjacent words. */
function pairBits(word: number, next: number): number {
  const hash = Math.imul(word ^ Math.imul(next, pairFactor), factor);
  return (1 << (hash >>> 27)) | (1 << (hash >>> 22));
}

/** Whether the word belongs to a row of adjacent words as long as a pattern, or a whole piece of one, must have. */
function isInRow(words: Int32Array, at: number, followers: Int32Array, shift: number): boolean {
  let found = 0;
  // Anything could follow the chunk.
  for (let right = at; ; right += 1, found += 1) {
    if (right + 1 >= words.length || found === pairsInRow) return true;
    const word = words[right] ?? 0;
    const wanted = pairBits(word, words[right + 1] ?? 0);
    if (((followers[Math.imul(word, factor) >>> shift] ?? 0) & wanted) !== wanted) break;
  }
  for (let left = at - 1; found < pairsInRow; left -= 1, found += 1) {
    if (left < 0) return true;
    const word = words[left] ?? 0;
    const wanted = pairBits(word, words[left + 1] ?? 0);
    if (((followers[Math.imul(word, factor) >>> shift] ?? 0) & wanted) !== wanted) return false;
  }
  return true;
}

/**
 * The first group of eight strides with a known word. A separate function, too large to be inlined, so that everything
 * stays in registers; one branch per eight words.
 */
function nextEight(words: Int32Array, from: number, known: Int32Array, shift: number): number {
  let at = from;
  for (const end = words.length; at + 28 < end; at += 32) {
    const a = Math.imul(words[at] ?? 0, factor) >>> shift;
    const b = Math.imul(words[at + 4] ?? 0, factor) >>> shift;
    const c = Math.imul(words[at + 8] ?? 0, factor) >>> shift;
    const d = Math.imul(words[at + 12] ?? 0, factor) >>> shift;
    const e = Math.imul(words[at + 16] ?? 0, factor) >>> shift;
    const f = Math.imul(words[at + 20] ?? 0, factor) >>> shift;
    const g = Math.imul(words[at + 24] ?? 0, factor) >>> shift;
    const h = Math.imul(words[at + 28] ?? 0, factor) >>> shift;
    const bits =
      ((known[a >>> 5] ?? 0) >>> a) |
      ((known[b >>> 5] ?? 0) >>> b) |
      ((known[c >>> 5] ?? 0) >>> c) |
      ((known[d >>> 5] ?? 0) >>> d) |
      ((known[e >>> 5] ?? 0) >>> e) |
      ((known[f >>> 5] ?? 0) >>> f) |
      ((known[g >>> 5] ?? 0) >>> g) |
      ((known[h >>> 5] ?? 0) >>> h);
    if ((bits & 1) !== 0) break;
  }
  return at;
}

/** The first known word that is part of a long enough row. */
function nextKnown(words: Int32Array, from: number, known: Known): number {
  const { words: bits, shift, followers, followersShift } = known;
  for (let at = from; ;) {
    at = nextEight(words, at, bits, shift);
    for (const last = Math.min(words.length, at + 8 * stride); at < last; at += stride) {
      const hash = Math.imul(words[at] ?? 0, factor) >>> shift;
      if ((((bits[hash >>> 5] ?? 0) >>> hash) & 1) !== 0 && isInRow(words, at, followers, followersShift)) return at;
    }
    if (at >= words.length) return at;
  }
}

/**
 * For patterns of at least a stride and three bytes: reads a word per stride, and its neighbours if it is known.
 * @param offsets how many bytes into a pattern its words are entered; at least the stride
 * @param count approximate number of patterns
 */
export function createWordFilter(offsets: number, count: number): Filter {
  const wanted = Math.min(maxSlots, Math.max(minSlots, (count * offsets * bitsPerWord) / 32));
  const slots = 2 ** Math.ceil(Math.log2(wanted));
  const known: Known = {
    words: new Int32Array(slots),
    followers: new Int32Array(slots * followersPerSlot),
    shift: 27 - Math.log2(slots),
    followersShift: 32 - Math.log2(slots * followersPerSlot),
  };

  function enter(word: number): void {
    const hash = Math.imul(word, factor) >>> known.shift;
    known.words[hash >>> 5] = (known.words[hash >>> 5] ?? 0) | (1 << hash);
  }

  function enterPair(word: number, next: number): void {
    const slot = Math.imul(word, factor) >>> known.followersShift;
    known.followers[slot] = (known.followers[slot] ?? 0) | pairBits(word, next);
  }

  const lengthSeen = offsets + 2 * wordBytes - 1;

  return {
    add(head, length) {
      const seen = Math.min(length, lengthSeen);
      let [word, next] = [0, 0];
      for (let at = 0; at < seen; at += 1) {
        if (at >= wordBytes) word = shiftIn(word, head[at - wordBytes] ?? 0);
        next = shiftIn(next, head[at] ?? 0);
        if (at < 2 * wordBytes - 1) continue;
        enter(word);
        enterPair(word, next);
      }
      // The last words of a short pattern have no follower.
      const last = Math.min(offsets, length - wordBytes + 1);
      for (let at = seen - 2 * wordBytes + 1; at < last; at += 1) enter(wordAt(head, at));
    },
    find: ({ words, wordsAt }, from) => wordsAt + wordBytes * nextKnown(words, wordFrom(from, wordsAt, stride), known),
  };
}

export function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let index = 0; index < wordBytes; index += 1) word = shiftIn(word, bytes[at + index] ?? 0);
  return word;
}
