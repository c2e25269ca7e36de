import type { Bitmap } from './bitmap.ts';
import { hashFactor, isLittleEndian, wordAt, wordBytes } from './filter.ts';
import { gapBytes } from './gaps.ts';

// An imported name is looked up each time that it is used.
const [factor, bytesRead, isLittle, gaps] = [hashFactor, wordBytes, isLittleEndian, gapBytes];

/**
 * The first position at or after `from` at which a pattern could begin, or with a byte after it, but before its fifth,
 * that could begin a gap; `end` if there is none before.
 * @param beginnings the first four bytes of all patterns
 */
export function nextBeginning(chunk: Uint8Array, from: number, end: number, { bits, shift }: Bitmap): number {
  const last = Math.min(end, chunk.length - bytesRead);
  if (from >= last) return from;
  for (let ahead = 1; ahead < bytesRead; ahead += 1) if (gaps[chunk[from + ahead] ?? 0] === 1) return from;
  let word = wordAt(chunk, from);
  let at = from;
  for (; at < last; at += 1) {
    const hash = Math.imul(word, factor) >>> shift;
    if ((((bits[hash >>> 5] ?? 0) >>> hash) & 1) !== 0) break;
    const byte = chunk[at + bytesRead] ?? 0;
    if (gaps[byte] === 1) return at + 1;
    word = isLittle ? (word >>> 8) | (byte << 24) : (word << 8) | byte;
  }
  return at;
}
