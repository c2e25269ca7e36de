import type { Matcher } from '../matchers.ts';
import { createSpans, type Spans } from '../spans.ts';
import { cell, complete, openBytes, parts } from './automaton.ts';
import { createBreaks } from './breaks.ts';
import { escape, isGapByte, maxLinks, mayContinueGap, skipColours, skipGap, standIns } from './gaps.ts';
import { minReach, reachBack } from './reach-back.ts';

/** Finds patterns in one stream, chunk by chunk. Positions count from the stream's first byte. */
export interface Scanner {
  readonly scan: (chunk: Uint8Array) => void;
  /** The first byte that could begin an incomplete pattern. */
  readonly openFrom: () => number;
  /** The matches found so far. */
  readonly spans: Spans;
}

const none = new Uint8Array(0);

/** @param start the position of the first byte that will be scanned */
export function createScanner({ automaton, filters }: Matcher, start: number): Scanner {
  const spans = createSpans();
  const breaks = createBreaks(automaton, spans.add);
  /** The state after everything read so far. */
  let state = 0;
  /** The position of the chunk's first byte. */
  let base = start;

  /** Whether an open pattern could continue after the gap, with it or in its place; mostly something else follows. */
  function mayGoOn(chunk: Uint8Array, at: number, before: number): boolean {
    if (automaton.links(before) > maxLinks) return false;
    const after = chunk[at] === escape ? skipColours(chunk, at) : skipGap(chunk, at);
    const byte = chunk[after];
    if (after === at || byte === undefined || mayContinueGap(byte)) return true;
    const goesOn = (from: number): boolean => {
      const then = automaton.next(from, byte);
      return automaton.hold(then) > 1 || automaton.matchLength(then) > 1;
    };
    return (
      goesOn(before) || (chunk[at] !== escape && standIns.some((standIn) => goesOn(automaton.next(before, standIn))))
    );
  }

  /** Runs the automaton until no pattern that began at or before the suspect place can be open. */
  function walk(chunk: Uint8Array, from: number, suspect: number): number {
    // In registers, since this loop is what dense text costs.
    let cells = automaton.cells();
    let rows = automaton.rows();
    let now = state;
    let open = automaton.hold(now);
    let isBroken = breaks.isOpen();
    let at = from;
    for (const end = chunk.length; at < end && (at - open <= suspect || isBroken); at += 1) {
      const byte = chunk[at] ?? 0;
      if (isBroken || (open > 0 && isGapByte(byte))) {
        if (isBroken || mayGoOn(chunk, at, now)) breaks.read(byte, base + at, now, open);
        isBroken = breaks.isOpen();
        cells = automaton.cells();
        rows = automaton.rows();
      }
      let only = cells[now + cell.onlyByte] ?? 0;
      let to = cells[now + cell.target] ?? 0;
      while (only !== byte) {
        if (only === parts) {
          to = rows[to + byte] ?? 0;
          break;
        }
        now = cells[now + cell.fallback] ?? 0;
        only = cells[now + cell.onlyByte] ?? 0;
        to = cells[now + cell.target] ?? 0;
      }
      if (to < 0) {
        to = automaton.next(now, byte);
        cells = automaton.cells();
        rows = automaton.rows();
      }
      now = to;
      const mark = cells[now + cell.open] ?? 0;
      open = mark & openBytes;
      if ((mark & complete) !== 0) spans.add(base + at + 1 - automaton.matchLength(now), base + at + 1);
    }
    state = now;
    return at;
  }

  return {
    scan(chunk) {
      filters.open(chunk);
      let suspect = -1;
      for (let at = 0; ;) {
        at = walk(chunk, at, suspect);
        if (at >= chunk.length) break;
        suspect = filters.next(Math.max(suspect + 1, at - automaton.hold(state)));
        // Nothing is skipped, so the exact position does not matter.
        if (suspect - minReach <= at) continue;
        const begin = reachBack(chunk, suspect, at);
        if (begin <= at) continue;
        at = begin;
        state = 0;
      }
      filters.open(none);
      base += chunk.length;
    },
    openFrom: () => Math.min(base - automaton.hold(state), breaks.openFrom()),
    spans,
  };
}
