import { Bitmap } from './bitmap.ts';
import { isLittleEndian, wordAt, wordBytes, type Chunk, type Filter } from './filter.ts';
import { createRareBytes } from './rare-bytes.ts';

export const maxShortBytes = 6;

/**
 * For patterns of 4 to 6 bytes. Looks for a few bytes that are rare in logs, if every pattern has one; otherwise, and
 * in text where they are common, reads every second pair of bytes. The first four bytes of the possible pattern decide.
 */
export function createShortFilter(count: number): Filter {
  const halves = new Uint8Array(2 ** 16);
  const beginnings = new Bitmap(count, 64);
  const rareBytes = createRareBytes();
  const half = (first = 0, second = 0): number => (isLittleEndian ? first | (second << 8) : (first << 8) | second);
  const mayBegin = (bytes: Uint8Array, at: number): boolean =>
    at >= 0 && (at + wordBytes > bytes.length || beginnings.has(wordAt(bytes, at)));

  function mayHold({ bytes }: Chunk, at: number): boolean {
    for (let begin = at - maxShortBytes + 1; begin <= at; begin += 1) if (mayBegin(bytes, begin)) return true;
    return false;
  }

  function findHalf({ bytes, words, wordsAt }: Chunk, from: number): number {
    for (let begin = from; begin < wordsAt; begin += 1) if (mayBegin(bytes, begin)) return begin;
    for (let word = Math.max(0, from - wordsAt) >>> 2; ; word += 1) {
      word = nextHalf(words, word, halves);
      const at = wordsAt + wordBytes * word;
      if (word >= words.length) return Math.max(from, at);
      for (let begin = Math.max(from, at - 1); begin <= at + 2; begin += 1) if (mayBegin(bytes, begin)) return begin;
    }
  }

  return {
    add(head, length) {
      const bytes = head.subarray(0, length);
      halves[half(bytes[0], bytes[1])] = 1;
      halves[half(bytes[1], bytes[2])] = 1;
      beginnings.add(wordAt(bytes, 0));
      rareBytes.add(bytes);
    },
    find(chunk, from) {
      const found = rareBytes.find(chunk, from, mayHold);
      if (found === undefined) return findHalf(chunk, from);
      // A pattern cut by the chunk's end may have its rare byte after it.
      return Math.min(found, Math.max(from, chunk.bytes.length - maxShortBytes + 1));
    },
  };
}

/** A separate function, so that everything stays in registers. */
function nextHalf(words: Int32Array, from: number, halves: Uint8Array): number {
  let at = from;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    if (((halves[word & 0xffff] ?? 0) | (halves[word >>> 16] ?? 0)) !== 0) break;
  }
  return at;
}
