import { buildTrie, type Trie } from './trie.ts';

/**
 * Finds every occurrence of many patterns in one pass (Aho and Corasick, 1975). States are numbered in
 * depth-first order, so that the only child of a chain needs no table; states near the root get full rows.
 */
export interface Automaton {
  /** The state after one more byte; 0 is the start. */
  readonly next: (state: number, byte: number) => number;
  /** Per state: the length of the longest pattern that ends here; 0 for none. */
  readonly matchLength: Int32Array;
  /** Per state: how many of the last bytes could begin a pattern that is not complete yet. */
  readonly hold: Int32Array;
}

/** Rows of 1 KiB each. */
const maxRows = 4_096;

/** @param patterns none empty */
export function buildAutomaton(patterns: readonly Uint8Array[]): Automaton {
  const trie = buildTrie(patterns);
  const { label, depth, nextSibling, endsPattern } = trie;
  const size = label.length;
  const fail = new Int32Array(size);
  const matchLength = new Int32Array(size);
  const hold = new Int32Array(size);
  const rowOf = new Int32Array(size).fill(-1);
  const rows: Int32Array[] = [];

  function next(from: number, byte: number): number {
    for (let state = from; ; state = fail[state] ?? 0) {
      const row = rowOf[state] ?? -1;
      if (row >= 0) return rows[row]?.[byte] ?? 0;
      const child = childOf(trie, state, byte);
      if (child > 0) return child;
      if (state === 0) return 0;
    }
  }

  // Breadth first: whatever a state falls back to is shallower, and so is complete.
  const queue = new Int32Array(size);
  let tail = 1;
  for (let head = 0; head < tail; head += 1) {
    const state = queue[head] ?? 0;
    const fallback = fail[state] ?? 0;
    const hasChild = trie.hasChild[state] === 1;
    matchLength[state] = endsPattern[state] === 1 ? depth[state] ?? 0 : state === 0 ? 0 : matchLength[fallback] ?? 0;
    hold[state] = hasChild ? depth[state] ?? 0 : state === 0 ? 0 : hold[fallback] ?? 0;
    if (hasChild) {
      for (let child = state + 1; child > 0; child = nextSibling[child] ?? 0) {
        fail[child] = state === 0 ? 0 : next(fallback, label[child] ?? 0);
        queue[tail] = child;
        tail += 1;
      }
    }
    if (rows.length < maxRows && (state === 0 || (hasChild && (nextSibling[state + 1] ?? 0) > 0))) {
      const row = new Int32Array(256);
      for (let byte = 0; byte < 256; byte += 1) {
        const child = childOf(trie, state, byte);
        row[byte] = child > 0 ? child : state === 0 ? 0 : next(fallback, byte);
      }
      rowOf[state] = rows.length;
      rows.push(row);
    }
  }
  return { next, matchLength, hold };
}

/** 0 when there is none: the root is nobody's child. */
function childOf({ hasChild, label, nextSibling }: Trie, state: number, byte: number): number {
  if (hasChild[state] !== 1) return 0;
  let child = state + 1;
  while (child > 0 && label[child] !== byte) child = nextSibling[child] ?? 0;
  return child;
}
