import { longStride, maxGapBytes, wholePieceBytes } from './gaps.ts';

/** The word that was read lies in the first bytes of a piece. */
const maxOffset = longStride - 1;
/** A piece has at least this many bytes. */
export const minReach = maxOffset;
/** Escapes and returns at a break. */
const maxMarkBytes = 8;
/** Of control sequences and indentation that follow one another at a break, each shorter than a gap. */
const maxBreakBytes = 512;

/** Bytes that begin a line break, its escape or a control sequence, and blanks. */
const [mark, blank] = [1, 2];
const kinds = new Uint8Array(256);
for (const byte of Buffer.from('\n\r\u001b\\%&')) kinds[byte] = mark;
for (const byte of Buffer.from(' \t')) kinds[byte] = blank;

/**
 * The earliest start of a pattern that the filter may have noticed: so many bytes before or, if a line break lies in
 * between, in the line above.
 * @param limit earlier bytes need not be considered
 */
export function reachBack(chunk: Uint8Array, suspect: number, limit: number): number {
  const last = Math.min(suspect, chunk.length) - 1;
  if (chunk[suspect] === 0x1b) return beforeBreak(chunk, suspect, limit);
  const first = Math.max(limit, last - maxGapBytes - wholePieceBytes - maxOffset);
  for (let at = last, content = 0; at > first; at -= 1) {
    const kind = kinds[chunk[at] ?? 0];
    if (kind === mark) return beforeBreak(chunk, at, limit);
    if (kind !== blank) content += 1;
    if (content === wholePieceBytes + maxOffset) break;
  }
  return suspect - maxOffset;
}

/** The earliest start of a piece before the break that the place belongs to. */
function beforeBreak(chunk: Uint8Array, from: number, limit: number): number {
  let first = from;
  for (let at = from - 1; at >= limit && first - at <= maxGapBytes && from - at <= maxBreakBytes; at -= 1)
    if (kinds[chunk[at] ?? 0] === mark) first = at;
  return first - maxMarkBytes - wholePieceBytes;
}
