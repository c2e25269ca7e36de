import { hashFactor, shiftIn, wordAt, wordBytes, wordFrom, type Filter } from './filter.ts';

const minBytes = 2 ** 16;
const maxBytes = 2 ** 22;
const bytesPerWord = 32;

// An imported name is looked up each time that it is used.
const factor = hashFactor;

/** A separate function, so that everything stays in registers; one branch per eight words. */
function nextWord(words: Int32Array, from: number, step: number, table: Uint8Array, shift: number): number {
  const end = words.length;
  for (let at = from; ;) {
    for (const last = end - 7 * step; at < last; at += 8 * step) {
      const known =
        (table[Math.imul(words[at] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 2 * step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 3 * step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 4 * step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 5 * step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 6 * step] ?? 0, factor) >>> shift] ?? 0) |
        (table[Math.imul(words[at + 7 * step] ?? 0, factor) >>> shift] ?? 0);
      if (known !== 0) break;
    }
    for (const last = Math.min(end, at + 8 * step); at < last; at += step) {
      const hash = Math.imul(words[at] ?? 0, factor);
      if ((((table[hash >>> shift] ?? 0) >>> ((hash >>> 8) & 7)) & 1) !== 0) return at;
    }
    if (at >= end) return at;
  }
}

/**
 * For patterns of 7 bytes and more: reads every word, or every second one if all have at least 11 bytes. There are few,
 * so a table of bytes is small enough.
 */
export function createEveryWordFilter(count: number, shortest: number): Filter {
  const step = shortest < 3 * wordBytes - 1 ? 1 : 2;
  const wanted = Math.min(maxBytes, Math.max(minBytes, count * step * wordBytes * bytesPerWord));
  const bits = Math.ceil(Math.log2(wanted));
  const table = new Uint8Array(2 ** bits);
  const shift = 32 - bits;

  return {
    add(head) {
      let word = wordAt(head, 0);
      for (let at = 0; at < step * wordBytes; at += 1) {
        const hash = Math.imul(word, factor);
        table[hash >>> shift] = (table[hash >>> shift] ?? 0) | (1 << ((hash >>> 8) & 7));
        word = shiftIn(word, head[at + wordBytes] ?? 0);
      }
    },
    find: ({ words, wordsAt }, from) =>
      wordsAt + wordBytes * nextWord(words, wordFrom(from, wordsAt, step), step, table, shift),
  };
}
