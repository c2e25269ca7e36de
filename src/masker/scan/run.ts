import { cell, complete, lineless, marked, openBytes, parts, width } from './automaton.ts';
import { nextBeginning } from './beginnings.ts';
import type { Bitmap } from './bitmap.ts';
import { wordBytes } from './filter.ts';
import { continuingBytes, gapBytes, lineEnds } from './gaps.ts';

// An imported name is looked up each time that it is used, and this loop is what dense text costs.
const { target, open: openCell, fallback } = cell;
const [openMask, completeMark, linelessMark, byteMask, partsMark] = [
  openBytes,
  complete,
  lineless,
  ~marked,
  parts & ~marked,
];
const [cellsOfState, headBytes, gaps, continuing, ends] = [width, wordBytes, gapBytes, continuingBytes, lineEnds];

const maxMatches = 64;
/** Where the last run stopped, and for each match that it passed the position after it and the state there. */
export const stopped = { state: 0, matches: 0, ends: new Int32Array(maxMatches), states: new Int32Array(maxMatches) };

/**
 * Follows the automaton to the chunk's end, or to the first byte before which no pattern is open that began at or
 * before the suspect place, that could begin a gap in an open pattern, after which no state is known, or before which
 * there are too many matches.
 */
export function run(
  chunk: Uint8Array,
  from: number,
  state: number,
  suspect: number,
  cells: Int32Array,
  rows: Int32Array,
  beginnings: Bitmap,
): number {
  let now = state;
  let open = (cells[now + openCell] ?? 0) & openMask;
  let at = from;
  let matches = 0;
  /** The last place looked at. */
  let begun = -1;
  for (const end = chunk.length; at < end && at - open <= suspect && matches < maxMatches; at += 1) {
    let byte = chunk[at] ?? 0;
    // What is open stays so.
    while (cells[now] === byte) {
      now += cellsOfState;
      open += 1;
      at += 1;
      if (at === end) break;
      byte = chunk[at] ?? 0;
    }
    if (at === end) break;
    if (open < headBytes && at - open > begun) {
      begun = nextBeginning(chunk, at - open, suspect + 1, beginnings);
      if (begun > at - open) {
        [now, open] = [0, 0];
        at = begun - 1;
        continue;
      }
    }
    if (open > 0 && gaps[byte] === 1) {
      const after = at + 1 < end ? (chunk[at + 1] ?? 0) : byte;
      if (!endsHere(cells, rows, now, byte, after)) break;
    }
    const to = stateAfter(cells, rows, now, byte);
    if (to < 0) break;
    now = to;
    const mark = cells[now + openCell] ?? 0;
    open = mark & openMask;
    if ((mark & completeMark) === 0) continue;
    stopped.ends[matches] = at + 1;
    stopped.states[matches] = now;
    matches += 1;
  }
  stopped.state = now;
  stopped.matches = matches;
  return at;
}

/** The state after the byte, if it is made. */
function stateAfter(cells: Int32Array, rows: Int32Array, from: number, byte: number): number {
  let state = from;
  let only = (cells[state] ?? 0) & byteMask;
  while (only !== byte) {
    if (only === partsMark) return rows[(cells[state + target] ?? 0) + byte] ?? 0;
    state = cells[state + fallback] ?? 0;
    only = (cells[state] ?? 0) & byteMask;
  }
  return cells[state + target] ?? 0;
}

/** Whether the byte ends a line and what is open, neither of which the byte after it continues. */
function endsHere(cells: Int32Array, rows: Int32Array, state: number, byte: number, after: number): boolean {
  if (ends[byte] === 0 || ((cells[state + openCell] ?? 0) & linelessMark) === 0 || continuing[after] === 1)
    return false;
  const then = stateAfter(cells, rows, state, after);
  return then >= 0 && ((cells[then + openCell] ?? 0) & ~linelessMark) <= 1;
}
