import { cell, complete, marked, openBytes, parts, width } from './automaton.ts';
import { gapBytes } from './gaps.ts';

/** Where the last run stopped. */
export const stopped = { state: 0 };

/**
 * Follows the automaton to the chunk's end, or to the first byte before which no pattern is open that began at or
 * before the suspect place, that could begin a gap in an open pattern, that completes one, or after which no state is
 * known. A separate function without calls, so that everything stays in registers: this loop is what dense text costs.
 */
export function run(
  chunk: Uint8Array,
  from: number,
  state: number,
  suspect: number,
  cells: Int32Array,
  rows: Int32Array,
): number {
  let now = state;
  let open = (cells[now + cell.open] ?? 0) & openBytes;
  let at = from;
  for (const end = chunk.length; at < end && at - open <= suspect; at += 1) {
    let byte = chunk[at] ?? 0;
    // What is open stays so.
    while (cells[now] === byte) {
      now += width;
      open += 1;
      at += 1;
      if (at === end) break;
      byte = chunk[at] ?? 0;
    }
    if (at === end || (open > 0 && gapBytes[byte] === 1)) break;
    let next = now;
    let only = (cells[next] ?? 0) & ~marked;
    let to = cells[next + cell.target] ?? 0;
    while (only !== byte) {
      if (only === (parts & ~marked)) {
        to = rows[to + byte] ?? 0;
        break;
      }
      next = cells[next + cell.fallback] ?? 0;
      only = (cells[next] ?? 0) & ~marked;
      to = cells[next + cell.target] ?? 0;
    }
    if (to < 0) break;
    const mark = cells[to + cell.open] ?? 0;
    if ((mark & complete) !== 0) break;
    now = to;
    open = mark;
  }
  stopped.state = now;
  return at;
}
