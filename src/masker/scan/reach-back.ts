import { wordBytes } from './filter.ts';
import { longStride, maxGapBytes, wholePieceBytes } from './gaps.ts';

/** The word that was read lies in the first bytes of a piece. */
const maxOffset = longStride - 1;
/** A piece has at least this many bytes. */
export const minReach = maxOffset;
/** Escapes and returns at a break. */
const maxMarkBytes = 8;
/** Of control sequences and indentation that follow one another at a break, each shorter than a gap. */
const maxBreakBytes = 512;

/** Of a quote, a blank and a plus: only a line end after them makes them a break. */
const longestUncertain = 3;
const plus = 0x2b;

/** Bytes that begin a line break, its escape or a control sequence; blanks; and quotes. */
const [mark, blank, quoteMark] = [1, 2, 3];
const kinds = new Uint8Array(256);
for (const byte of Buffer.from('\n\r\u001b\\%&')) kinds[byte] = mark;
for (const byte of Buffer.from(' \t')) kinds[byte] = blank;
for (const byte of Buffer.from('\'"`')) kinds[byte] = quoteMark;

/**
 * The earliest start of a pattern that the filter may have noticed: so many bytes before or, if a line break lies in
 * between, in the line above.
 * @param limit earlier bytes need not be considered
 */
export function reachBack(chunk: Uint8Array, suspect: number, limit: number): number {
  if (chunk[suspect] === 0x1b) return beforeBreak(chunk, suspect, limit);
  // The last bytes were too few to read, so they may hold a break, or a part of one.
  const isAtEnd = suspect + wordBytes > chunk.length;
  const quote = isAtEnd ? openQuote(chunk) : -1;
  if (quote >= 0) return beforeBreak(chunk, quote, limit);
  const last = (isAtEnd ? chunk.length : suspect) - 1;
  const first = Math.max(limit, last - maxGapBytes - wholePieceBytes - maxOffset);
  for (let at = last, content = 0; at >= first; at -= 1) {
    const kind = kinds[chunk[at] ?? 0];
    if (kind === mark) return beforeBreak(chunk, at, limit);
    if (kind !== blank) content += 1;
    if (content === wholePieceBytes + maxOffset) break;
  }
  return suspect - maxOffset;
}

/** The quote with which the chunk ends, perhaps with a part of what adds the string after it; -1 for none. */
function openQuote(chunk: Uint8Array): number {
  for (let at = chunk.length - 1; at >= 0 && at >= chunk.length - longestUncertain; at -= 1) {
    const kind = kinds[chunk[at] ?? 0];
    if (kind === quoteMark) return at;
    if (kind !== blank && chunk[at] !== plus) return -1;
  }
  return -1;
}

/** The earliest start of a piece before the break that the place belongs to. */
function beforeBreak(chunk: Uint8Array, from: number, limit: number): number {
  let first = from;
  for (let at = from - 1; at >= limit && first - at <= maxGapBytes && from - at <= maxBreakBytes; at -= 1)
    if (kinds[chunk[at] ?? 0] === mark) first = at;
  return first - maxMarkBytes - wholePieceBytes;
}
