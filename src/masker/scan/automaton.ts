import { createOrder } from './order.ts';

/**
 * Finds every occurrence of many patterns in one pass (Aho and Corasick, 1975). A state is made when text first reaches
 * it: a pattern that never occurs takes no more than its own bytes.
 */
export interface Automaton {
  /** The state after one more byte; 0 is the start. */
  readonly next: (state: number, byte: number) => number;
  /** The length of the longest pattern that ends here; 0 for none. */
  readonly matchLength: (state: number) => number;
  /** How many of the last bytes could begin an incomplete pattern. */
  readonly hold: (state: number) => number;
  /** The length of the longest pattern that begins with those, or with fewer of them. */
  readonly reach: (state: number) => number;
  /** How many shorter states it falls back to, one after another: many if patterns repeat themselves. */
  readonly links: (state: number) => number;
  /** The cells of all states, for loops that avoid a call per byte; may change with each call of `next`. */
  readonly cells: () => Int32Array;
  /** The memory that the states made so far take. */
  readonly byteLength: () => number;
}

/**
 * The consecutive cells of a state: the patterns that begin with its bytes and continue (from `first` up to, but not
 * including, `end`), its length, the state to fall back to, and where the continuing bytes lead: the only byte and the
 * state after it, or, where patterns diverge, the row of cells with the state after each byte. A state is identified by
 * its first cell.
 */
export const cell = {
  first: 0,
  end: 1,
  depth: 2,
  fallback: 3,
  matchLength: 4,
  hold: 5,
  onlyByte: 6,
  target: 7,
  reach: 8,
  links: 9,
} as const;
const cellsPerState = 10;
const cellsPerRow = 256;
const firstCells = 4_096;

/** Replaces the only byte. */
export const parts = -2;
const ends = -1;
/** Replaces a state. */
const fallsBack = -2;
const notMade = -1;

/** @param patterns none empty */
export function createAutomaton(patterns: readonly Uint8Array[]): Automaton {
  const order = createOrder(patterns);
  let cells = new Int32Array(firstCells);
  let used = 0;
  /** States to be made; empty between calls. */
  const missing: number[] = [];
  const read = (from: number, offset: number): number => cells[from + offset] ?? 0;

  /** @param parent the state one byte shorter; 0 for the start itself */
  function make(start: number, end: number, depth: number, fallback: number, parent: number): number {
    if (used + cellsPerState + cellsPerRow > cells.length) {
      const larger = new Int32Array(cells.length * 2);
      larger.set(cells);
      cells = larger;
    }
    const state = used;
    used += cellsPerState;
    const first = order.sort(start, end, depth);
    const isComplete = first > start;
    const goesOn = first < end;
    const firstByte = order.byteAt(first, depth);
    const isFork = depth === 0 || (goesOn && firstByte !== order.byteAt(end - 1, depth));
    cells[state + cell.first] = first;
    cells[state + cell.end] = end;
    cells[state + cell.depth] = depth;
    cells[state + cell.fallback] = fallback;
    cells[state + cell.links] = depth === 0 ? 0 : read(fallback, cell.links) + 1;
    cells[state + cell.matchLength] = isComplete ? depth : read(fallback, cell.matchLength);
    cells[state + cell.hold] = goesOn ? depth : read(fallback, cell.hold);
    const isAsParent = depth > 1 && read(parent, cell.first) === start && read(parent, cell.end) === end;
    const longest = isAsParent ? read(parent, cell.reach) : order.longest(start, end);
    cells[state + cell.reach] = Math.max(longest, read(fallback, cell.reach));
    cells[state + cell.onlyByte] = isFork ? parts : goesOn ? firstByte : ends;
    cells[state + cell.target] = isFork ? used : notMade;
    if (isFork) {
      cells.fill(notMade, used, used + cellsPerRow);
      used += cellsPerRow;
    }
    return state;
  }

  /** The state after the byte, as far as this state alone can tell. */
  function lookUp(state: number, byte: number): number {
    const onlyByte = read(state, cell.onlyByte);
    const target = read(state, cell.target);
    if (onlyByte === byte) return target;
    return onlyByte === parts ? read(target, byte) : fallsBack;
  }

  function next(from: number, byte: number): number {
    for (let state = from; ; state = read(state, cell.fallback)) {
      const to = lookUp(state, byte);
      if (to >= 0) return to;
      if (to === notMade) return makeNext(from, byte);
    }
  }

  /** Makes the state after the byte, and those that it falls back to, shortest first. */
  function makeNext(from: number, byte: number): number {
    let reached = 0;
    for (let state = from; ; state = read(state, cell.fallback)) {
      const to = lookUp(state, byte);
      if (to === notMade) missing.push(state);
      else if (to >= 0) reached = to;
      if (to >= 0 || state === 0) break;
    }
    for (let state = missing.pop(); state !== undefined; state = missing.pop()) {
      const depth = read(state, cell.depth) + 1;
      if (read(state, cell.onlyByte) === byte) {
        reached = make(read(state, cell.first), read(state, cell.end), depth, reached, state);
        cells[state + cell.target] = reached;
        continue;
      }
      const last = read(state, cell.end);
      const start = order.find(byte, read(state, cell.first), last, depth - 1);
      const end = order.find(byte + 1, start, last, depth - 1);
      if (start < end) reached = make(start, end, depth, reached, state);
      cells[read(state, cell.target) + byte] = reached;
    }
    return reached;
  }

  make(0, patterns.length, 0, 0, 0);
  return {
    next,
    matchLength: (state) => read(state, cell.matchLength),
    hold: (state) => read(state, cell.hold),
    reach: (state) => read(state, cell.reach),
    links: (state) => read(state, cell.links),
    cells: () => cells,
    byteLength: () => used * Int32Array.BYTES_PER_ELEMENT,
  };
}
