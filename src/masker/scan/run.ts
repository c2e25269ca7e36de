import { cell, complete, lineless, marked, openBytes, parts, width } from './automaton.ts';
import { continuingBytes, gapBytes, lineEnds } from './gaps.ts';

const maxMatches = 64;
/** Where the last run stopped, and for each match that it passed the position after it and the state there. */
export const stopped = { state: 0, matches: 0, ends: new Int32Array(maxMatches), states: new Int32Array(maxMatches) };

/**
 * Follows the automaton to the chunk's end, or to the first byte before which no pattern is open that began at or
 * before the suspect place, that could begin a gap in an open pattern, after which no state is known, or before which
 * there are too many matches. A separate function without calls of its own, so that everything stays in registers: this
 * loop is what dense text costs.
 */
export function run(
  chunk: Uint8Array,
  from: number,
  state: number,
  suspect: number,
  cells: Int32Array,
  rows: Int32Array,
): number {
  const { ends, states } = stopped;
  let now = state;
  let open = (cells[now + cell.open] ?? 0) & openBytes;
  let at = from;
  let matches = 0;
  for (const end = chunk.length; at < end && at - open <= suspect && matches < maxMatches; at += 1) {
    let byte = chunk[at] ?? 0;
    // What is open stays so.
    while (cells[now] === byte) {
      now += width;
      open += 1;
      at += 1;
      if (at === end) break;
      byte = chunk[at] ?? 0;
    }
    if (at === end) break;
    if (open > 0 && gapBytes[byte] === 1 && !endsHere(cells, rows, now, byte, chunk[at + 1] ?? 0x0a)) break;
    const to = stateAfter(cells, rows, now, byte);
    if (to < 0) break;
    now = to;
    const mark = cells[now + cell.open] ?? 0;
    open = mark & openBytes;
    if ((mark & complete) === 0) continue;
    ends[matches] = at + 1;
    states[matches] = now;
    matches += 1;
  }
  stopped.state = now;
  stopped.matches = matches;
  return at;
}

/** The state after the byte, if it is made. */
function stateAfter(cells: Int32Array, rows: Int32Array, from: number, byte: number): number {
  let state = from;
  let only = (cells[state] ?? 0) & ~marked;
  while (only !== byte) {
    if (only === (parts & ~marked)) return rows[(cells[state + cell.target] ?? 0) + byte] ?? 0;
    state = cells[state + cell.fallback] ?? 0;
    only = (cells[state] ?? 0) & ~marked;
  }
  return cells[state + cell.target] ?? 0;
}

/** Whether the byte ends a line and what is open, neither of which the byte after it continues. */
function endsHere(cells: Int32Array, rows: Int32Array, state: number, byte: number, after: number): boolean {
  if (lineEnds[byte] === 0 || ((cells[state + cell.open] ?? 0) & lineless) === 0 || continuingBytes[after] === 1)
    return false;
  const then = stateAfter(cells, rows, state, after);
  return then >= 0 && ((cells[then + cell.open] ?? 0) & ~lineless) <= 1;
}
