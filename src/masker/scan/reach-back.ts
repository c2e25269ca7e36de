import { longStride, maxGapBytes, wholePieceBytes } from './gaps.ts';

const [tab, lineFeed, carriageReturn, escape, blank] = [0x09, 0x0a, 0x0d, 0x1b, 0x20];
/** An escape for a line break begins with one of these. */
const backslash = 0x5c;
const percent = 0x25;
const ampersand = 0x26;
/** The word that was read lies in the first bytes of a piece. */
const maxOffset = longStride - 1;
/** A piece has at least this many bytes. */
export const minReach = maxOffset;
/** Escapes and returns at a break. */
const maxMarkBytes = 8;

/**
 * The earliest start of a pattern that the filter may have noticed: so many bytes before or, if a line break lies in
 * between, in the line above.
 */
export function reachBack(chunk: Uint8Array, suspect: number): number {
  if (chunk[suspect] === escape) return suspect - wholePieceBytes;
  let content = 0;
  const last = Math.min(suspect, chunk.length) - 1;
  for (let at = last; at >= 0 && at > last - maxGapBytes - wholePieceBytes - maxOffset; at -= 1) {
    const byte = chunk[at] ?? 0;
    if (
      byte === lineFeed ||
      byte === carriageReturn ||
      byte === backslash ||
      byte === percent ||
      byte === ampersand ||
      byte === escape
    )
      return at - maxMarkBytes - wholePieceBytes;
    if (byte !== blank && byte !== tab) content += 1;
    if (content === wholePieceBytes + maxOffset) break;
  }
  return suspect - maxOffset;
}
