import type { Matcher } from '../matchers.ts';
import { addSpan, type Span } from '../spans.ts';
import { createBreaks } from './breaks.ts';
import { reachBack } from './reach-back.ts';

/** Finds patterns in one stream, chunk by chunk. Positions count from the stream's first byte. */
export interface Scanner {
  scan(chunk: Uint8Array): void;
  /** The first byte of what could begin a pattern that is not complete yet. */
  openFrom(): number;
  /** Those that begin before the position, in order; they are given once. */
  takeSpans(before: number): readonly Span[];
}

/** @param start the position of the first byte that will be scanned */
export function createScanner({ automaton, filters }: Matcher, start: number): Scanner {
  const { next, matchLength, hold } = automaton;
  let spans: Span[] = [];
  const breaks = createBreaks(automaton, (from, to) => {
    addSpan(spans, from, to);
  });
  /** The state after all that was read. */
  let state = 0;
  /** The position of the chunk's first byte. */
  let base = start;

  /** Runs the automaton until no pattern can be open that has begun at the suspect place or before it. */
  function walk(chunk: Uint8Array, from: number, suspect: number): number {
    let at = from;
    for (; at < chunk.length; at += 1) {
      const open = hold(state);
      if (at - open > suspect && !breaks.isOpen()) break;
      const byte = chunk[at] ?? 0;
      breaks.read(byte, base + at, state, open);
      state = next(state, byte);
      const length = matchLength(state);
      if (length > 0) addSpan(spans, base + at + 1 - length, base + at + 1);
    }
    return at;
  }

  return {
    scan(chunk) {
      const search = filters.open(chunk);
      let suspect = -1;
      for (let at = 0; ;) {
        at = walk(chunk, at, suspect);
        if (at >= chunk.length) break;
        suspect = search(Math.max(suspect + 1, at - hold(state)));
        const begin = reachBack(chunk, suspect);
        if (begin <= at) continue;
        at = begin;
        state = 0;
      }
      base += chunk.length;
    },
    openFrom: () => Math.min(base - hold(state), breaks.openFrom()),
    takeSpans(before) {
      const later = spans.findIndex((span) => span.start >= before);
      const taken = later < 0 ? spans : spans.slice(0, later);
      spans = later < 0 ? [] : spans.slice(later);
      return taken;
    },
  };
}
