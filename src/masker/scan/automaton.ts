import { gapBytes, lineBytes } from './gaps.ts';
import { createLandings } from './landings.ts';
import type { Order } from './order.ts';
import type { Patterns } from './patterns.ts';
import { createTable } from './table.ts';

/**
 * Finds every occurrence of many patterns in one pass (Aho and Corasick, 1975). A state is made when text first reaches
 * it: a pattern that never occurs takes no more than its own bytes.
 */
export interface Automaton {
  /** The state after one more byte; 0 is the start. */
  readonly next: (state: number, byte: number) => number;
  /** The length of the longest pattern that ends here; 0 for none. */
  readonly matchLength: (state: number) => number;
  /** The state of what is open beside the longest open pattern. */
  readonly fallback: (state: number) => number;
  /** How many bytes from the position up to `end` lead along a single pattern. */
  readonly ahead: (state: number, chunk: Uint8Array, at: number, end: number) => number;
  /** Whether the state after the only byte that leads on is made. */
  readonly isMade: (state: number) => boolean;
  /** How many bytes a single pattern leads on. */
  readonly rest: (state: number) => number;
  /** Whether the state so many bytes ahead has been reached by a leap. */
  readonly hasLeapt: (state: number, count: number) => boolean;
  /** The state so many bytes ahead. @param fallback the state after them from the state's fallback */
  readonly leap: (state: number, count: number, fallback: number) => number;
  /** How many of the last bytes could begin an incomplete pattern. */
  readonly hold: (state: number) => number;
  /** Whether a pattern that begins with those, or with fewer of them, has so many bytes. */
  readonly reaches: (state: number, bytes: number) => boolean;
  /** Whether what is open could go on with a blank or a line end. */
  readonly leadsToLine: (state: number) => boolean;
  /** How many shorter states it falls back to, one after another: many if patterns repeat themselves. */
  readonly links: (state: number) => number;
  /** The cells and rows of all states, for loops that avoid a call per byte; may change with each call of `next`. */
  readonly cells: () => Int32Array;
  readonly rows: () => Int32Array;
  /** The memory that the states made so far take. */
  readonly byteLength: () => number;
}

/**
 * The consecutive cells of a state: where the continuing bytes lead (the only byte and the state after it or, where
 * patterns diverge, the row with the state after each byte), what is open, and the state to fall back to. A state is
 * identified by its first cell. The only byte is as it is where the state after it lies next to this one, completes
 * nothing and begins no gap: most bytes of a pattern are then compared without anything else. Otherwise it is `marked`.
 */
export const cell = { onlyByte: 0, target: 1, open: 2, fallback: 3 } as const;
/** Cells that are read less often. */
const note = { range: 0, depth: 1, links: 2, matchLength: 3 } as const;
/**
 * Patterns (from `first` up to, but not including, `end`) that share every byte before `parting`, where some end or
 * they diverge.
 */
const range = { first: 0, end: 1, longest: 2, parting: 3 } as const;
export const width = 4;
const rowCells = 256;

/** Of the open cell: the number of open bytes, whether no blank or line end leads on, whether a pattern is complete. */
export const openBytes = 0x1fff_ffff;
export const lineless = 0x2000_0000;
export const complete = 0x4000_0000;
/** Added to an only byte. */
export const marked = 0x100;
/** Replaces the only byte. */
export const parts = -2;
const ends = -1;
/** The state is not made; its place is kept for the one after the state before it. */
const vacant = -3;
const none = -1;
/** Replaces the state before. */
const leaps = -2;
/** Replaces a state. */
const fallsBack = -2;
const notMade = -1;
/** Text reaches so far into patterns by chance. */
const minRowDepth = 3;
/** Places are kept for so many states at once. */
const maxRow = 32;

/** No earlier automaton with the same order may be used any more. */
export function createAutomaton(patterns: Patterns, order: Order): Automaton {
  const states = createTable(width);
  const notes = createTable(width);
  const ranges = createTable(width);
  const rows = createTable(rowCells);
  const landings = createLandings();
  /** States to be made; empty between calls. */
  const missing: number[] = [];

  function makeRange(first: number, end: number, depth: number): number {
    return addRange(first, end, order.longest(first, end), order.parting(first, end, depth));
  }

  function addRange(first: number, end: number, longest: number, parting: number): number {
    const entry = ranges.reserve(1, 0);
    ranges.set(entry, first, end, longest, parting);
    return entry;
  }

  /**
   * @param of patterns that have so many bytes in common
   * @param before the state that a byte leads from, if it does not lead from several, or `leaps`
   */
  function make(of: number, depth: number, fallback: number, before: number): number {
    if (depth > 0 && depth < ranges.read(of, range.parting)) return makeOn(of, depth, fallback, before, false);
    const start = ranges.read(of, range.first);
    const end = ranges.read(of, range.end);
    const first = order.sort(start, end, depth);
    const isComplete = first > start;
    const isFork = depth === 0 || (first < end && order.byteAt(first, depth) !== order.byteAt(end - 1, depth));
    if (first < end && !isFork) return makeOn(makeRange(first, end, depth), depth, fallback, before, isComplete);
    const rest = isFork ? addRange(first, end, ranges.read(of, range.longest), depth) : of;
    const state = place(rest, depth, before);
    const open = first < end || depth === 0 ? depth : states.read(fallback, cell.open) & openBytes;
    const mark = annotate(state, rest, depth, fallback, isComplete);
    const [onlyByte, target] = isFork ? [parts, rows.reserve(1, notMade)] : [ends, notMade];
    states.set(state, onlyByte, target, open | mark, fallback);
    return state;
  }

  /** All patterns go on with the same byte. */
  function makeOn(of: number, depth: number, fallback: number, before: number, isComplete: boolean): number {
    const state = place(of, depth, before);
    const onlyByte = order.byteAt(ranges.read(of, range.first), depth) | marked;
    states.set(state, onlyByte, notMade, depth | annotate(state, of, depth, fallback, isComplete), fallback);
    return state;
  }

  /** States that follow one another lie side by side, as far as no text leads there by chance. */
  function place(of: number, depth: number, before: number): number {
    if (before >= 0 && states.read(before + width, cell.onlyByte) === vacant) return before + width;
    // A leap mostly follows another one.
    const isAlone = depth < minRowDepth || before === leaps;
    const count = isAlone ? 1 : Math.max(1, Math.min(maxRow, ranges.read(of, range.parting) - depth));
    notes.reserve(count, 0);
    return states.reserve(count, vacant);
  }

  /** @returns the mark of the open cell */
  function annotate(state: number, of: number, depth: number, fallback: number, isComplete: boolean): number {
    const matchLength = isComplete ? depth : depth === 0 ? 0 : notes.read(fallback, note.matchLength);
    notes.set(state, of, depth, depth === 0 ? 0 : notes.read(fallback, note.links) + 1, matchLength);
    return matchLength > 0 ? complete : 0;
  }

  /** The state after the byte, as far as this state alone can tell. */
  function lookUp(state: number, byte: number): number {
    const onlyByte = states.read(state, cell.onlyByte);
    const target = states.read(state, cell.target);
    if ((onlyByte & ~marked) === byte) return target;
    return onlyByte === parts ? rows.read(target, byte) : fallsBack;
  }

  function next(from: number, byte: number): number {
    for (let state = from; ; state = states.read(state, cell.fallback)) {
      const to = lookUp(state, byte);
      if (to >= 0) return to;
      if (to === notMade) return makeNext(from, byte);
    }
  }

  /** Makes the state after the byte, and those that it falls back to, shortest first. */
  function makeNext(from: number, byte: number): number {
    let reached = 0;
    for (let state = from; ; state = states.read(state, cell.fallback)) {
      const to = lookUp(state, byte);
      if (to === notMade) missing.push(state);
      else if (to >= 0) reached = to;
      if (to >= 0 || state === 0) break;
    }
    for (let state = missing.pop(); state !== undefined; state = missing.pop()) {
      const of = notes.read(state, note.range);
      const depth = notes.read(state, note.depth) + 1;
      if ((states.read(state, cell.onlyByte) & ~marked) === byte) {
        reached = landings.at(of, depth) ?? make(of, depth, reached, state);
        states.write(state, cell.target, reached);
        const isPlain = reached === state + width && states.read(reached, cell.open) === depth && gapBytes[byte] === 0;
        if (isPlain) states.write(state, cell.onlyByte, byte);
        continue;
      }
      const last = ranges.read(of, range.end);
      const start = order.find(byte, ranges.read(of, range.first), last, depth - 1);
      const isFound = start < last && order.byteAt(start, depth - 1) === byte;
      const end = isFound ? order.endOf(start, last, depth - 1) : start;
      if (isFound) reached = make(makeRange(start, end, depth), depth, reached, none);
      rows.write(states.read(state, cell.target), byte, reached);
    }
    return reached;
  }

  make(addRange(0, patterns.count(), patterns.longest(), 0), 0, 0, none);
  return {
    next,
    fallback: (state) => states.read(state, cell.fallback),
    ahead(state, chunk, at, end) {
      if ((states.read(state, cell.onlyByte) & ~marked) !== chunk[at]) return 0;
      const of = notes.read(state, note.range);
      const depth = notes.read(state, note.depth);
      const last = ranges.read(of, range.parting) - 1;
      return order.alike(ranges.read(of, range.first), depth, chunk, at, Math.min(end, at + last - depth));
    },
    isMade: (state) => states.read(state, cell.target) !== notMade,
    rest: (state) => ranges.read(notes.read(state, note.range), range.parting) - 1 - notes.read(state, note.depth),
    hasLeapt: (state, count) =>
      landings.at(notes.read(state, note.range), notes.read(state, note.depth) + count) !== undefined,
    leap(from, count, fallback) {
      const of = notes.read(from, note.range);
      const depth = notes.read(from, note.depth) + count;
      for (let state = from; ;) {
        const reached = notes.read(state, note.depth);
        if (reached === depth) return state;
        const target = states.read(state, cell.target);
        const known = target === notMade ? landings.upTo(of, reached, depth) : target;
        if (known === undefined) break;
        state = known;
      }
      const landed = make(of, depth, fallback, leaps);
      landings.add(of, depth, landed);
      return landed;
    },
    matchLength: (state) => notes.read(state, note.matchLength),
    hold: (state) => states.read(state, cell.open) & openBytes,
    reaches(from, bytes) {
      for (let state = from; state > 0; state = states.read(state, cell.fallback))
        if (ranges.read(notes.read(state, note.range), range.longest) >= bytes) return true;
      return false;
    },
    leadsToLine(state) {
      const open = states.read(state, cell.open);
      if ((open & lineless) !== 0) return false;
      if (lineBytes.some((byte) => next(state, byte) !== 0)) return true;
      states.write(state, cell.open, open | lineless);
      return false;
    },
    links: (state) => notes.read(state, note.links),
    cells: states.cells,
    rows: rows.cells,
    byteLength: () => states.byteLength() + notes.byteLength() + ranges.byteLength() + rows.byteLength(),
  };
}
