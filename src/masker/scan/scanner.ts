import type { Matcher } from '../matchers.ts';
import { addSpan, type Span } from '../spans.ts';
import { cell, parts } from './automaton.ts';
import { createBreaks } from './breaks.ts';
import { escape, isGapByte, maxLinks, mayContinueGap, skipGap, standIns } from './gaps.ts';
import { minReach, reachBack } from './reach-back.ts';

/** Finds patterns in one stream, chunk by chunk. Positions count from the stream's first byte. */
export interface Scanner {
  scan(chunk: Uint8Array): void;
  /** The first byte that could begin an incomplete pattern. */
  openFrom(): number;
  /** Returns spans that begin before the position, in order and only once. */
  takeSpans(before: number): readonly Span[];
}

/** @param start the position of the first byte that will be scanned */
export function createScanner({ automaton, filters }: Matcher, start: number): Scanner {
  let spans: Span[] = [];
  const breaks = createBreaks(automaton, (from, to) => {
    addSpan(spans, from, to);
  });
  /** The state after everything read so far. */
  let state = 0;
  /** The position of the chunk's first byte. */
  let base = start;

  /** Whether an open pattern could continue after the gap, with it or in its place; mostly something else follows. */
  function mayGoOn(chunk: Uint8Array, at: number, before: number): boolean {
    if (automaton.links(before) > maxLinks) return false;
    const after = skipGap(chunk, at);
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
    let now = state;
    let isBroken = breaks.isOpen();
    let at = from;
    for (; at < chunk.length; at += 1) {
      const open = cells[now + cell.hold] ?? 0;
      if (at - open > suspect && !isBroken) break;
      const byte = chunk[at] ?? 0;
      if (isBroken || (open > 0 && isGapByte(byte))) {
        if (isBroken || mayGoOn(chunk, at, now)) breaks.read(byte, base + at, now, open);
        isBroken = breaks.isOpen();
        cells = automaton.cells();
      }
      const only = cells[now + cell.onlyByte] ?? 0;
      const target = cells[now + cell.target] ?? 0;
      let to = only === byte ? target : only === parts ? (cells[target + byte] ?? 0) : -1;
      if (to < 0) {
        to = automaton.next(now, byte);
        cells = automaton.cells();
      }
      now = to;
      const length = cells[now + cell.matchLength] ?? 0;
      if (length > 0) addSpan(spans, base + at + 1 - length, base + at + 1);
    }
    state = now;
    return at;
  }

  return {
    scan(chunk) {
      const search = filters.open(chunk);
      let suspect = -1;
      for (let at = 0; ;) {
        at = walk(chunk, at, suspect);
        if (at >= chunk.length) break;
        suspect = search(Math.max(suspect + 1, at - automaton.hold(state)));
        // Nothing is skipped, so the exact position does not matter.
        if (suspect - minReach <= at) continue;
        const begin = reachBack(chunk, suspect);
        if (begin <= at) continue;
        at = begin;
        state = 0;
      }
      base += chunk.length;
    },
    openFrom: () => Math.min(base - automaton.hold(state), breaks.openFrom()),
    takeSpans(before) {
      const later = spans.findIndex((span) => span.start >= before);
      const taken = later < 0 ? spans : spans.slice(0, later);
      spans = later < 0 ? [] : spans.slice(later);
      return taken;
    },
  };
}
