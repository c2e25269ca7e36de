import { hashFactor, shiftIn, wordAt, wordBytes, wordFrom, type Filter } from './filter.ts';

const minBytes = 2 ** 16;
const maxBytes = 2 ** 22;
const bytesPerWord = 32;

/** A separate function, so that everything stays in registers; one branch per four words. */
function nextWord(words: Int32Array, from: number, step: number, table: Uint8Array, mask: number): number {
  const [second, third, fourth] = [step, 2 * step, 3 * step];
  const end = words.length;
  for (let at = from; ;) {
    for (; at + fourth < end; at += 4 * step) {
      const known =
        (table[(Math.imul(words[at] ?? 0, hashFactor) >>> 8) & mask] ?? 0) |
        (table[(Math.imul(words[at + second] ?? 0, hashFactor) >>> 8) & mask] ?? 0) |
        (table[(Math.imul(words[at + third] ?? 0, hashFactor) >>> 8) & mask] ?? 0) |
        (table[(Math.imul(words[at + fourth] ?? 0, hashFactor) >>> 8) & mask] ?? 0);
      if (known !== 0) break;
    }
    for (const last = Math.min(end, at + 4 * step); at < last; at += step) {
      const hash = Math.imul(words[at] ?? 0, hashFactor);
      if ((((table[(hash >>> 8) & mask] ?? 0) >>> (hash >>> 29)) & 1) !== 0) return at;
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
  const table = new Uint8Array(2 ** Math.ceil(Math.log2(wanted)));
  const mask = table.length - 1;

  return {
    add({ bytesOf, startOf }, which) {
      const bytes = bytesOf(which);
      let word = wordAt(bytes, startOf(which));
      for (let at = startOf(which); at < startOf(which) + step * wordBytes; at += 1) {
        const hash = Math.imul(word, hashFactor);
        table[(hash >>> 8) & mask] = (table[(hash >>> 8) & mask] ?? 0) | (1 << (hash >>> 29));
        word = shiftIn(word, bytes[at + wordBytes] ?? 0);
      }
    },
    find: ({ words, wordsAt }, from) =>
      wordsAt + wordBytes * nextWord(words, wordFrom(from, wordsAt, step), step, table, mask),
  };
}
