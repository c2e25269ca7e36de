import type { Automaton } from './automaton.ts';
import { escape, isGapByte, lineBytes, maxLinks, mayContinueGap, skipColours, skipGap } from './gaps.ts';

/** So many bytes after a gap decide: fewer continue many patterns by chance. */
const maxBytesRead = 4;

/**
 * Whether a pattern that is open before the gap could continue after it, with the gap or in its place; mostly something
 * else follows.
 */
export function mayGoOn(automaton: Automaton, chunk: Uint8Array, at: number, before: number): boolean {
  if (automaton.links(before) > maxLinks) return false;
  const after = chunk[at] === escape ? skipColours(chunk, at) : skipGap(chunk, at);
  const byte = chunk[after];
  if (after === at || byte === undefined || mayContinueGap(byte)) return true;
  if (goesOn(automaton, before, chunk, after)) return true;
  if (chunk[at] === escape || !automaton.leadsToLine(before)) return false;
  for (const first of lineBytes) {
    const then = automaton.next(before, first);
    if (goesOn(automaton, then, chunk, after)) return true;
    // Several line ends may stand for several.
    if (after - at > 1 && automaton.hold(then) > 1) return true;
  }
  return false;
}

/** Whether more than the bytes themselves is open or complete after them. */
function goesOn(automaton: Automaton, from: number, chunk: Uint8Array, at: number): boolean {
  let state = from;
  for (let read = 1; read <= maxBytesRead; read += 1) {
    const byte = chunk[at + read - 1];
    if (byte === undefined || (read > 1 && isGapByte(byte))) return true;
    state = automaton.next(state, byte);
    if (automaton.matchLength(state) > read) return true;
    if (automaton.hold(state) <= read) return false;
  }
  return true;
}
