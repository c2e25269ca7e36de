import type { Matcher } from '../matchers.ts';
import { createSpans, type Spans } from '../spans.ts';
import { createBreaks } from './breaks.ts';
import { findGap, isGapByte } from './gaps.ts';
import { mayGoOn } from './going-on.ts';
import { minReach, reachBack } from './reach-back.ts';
import { run, stopped } from './run.ts';

/** Finds patterns in one stream, chunk by chunk. Positions count from the stream's first byte, or a later one. */
export interface Scanner {
  readonly scan: (chunk: Uint8Array) => void;
  /** The first byte that could begin an incomplete pattern. */
  readonly openFrom: () => number;
  /** Counts positions from so many bytes later on. */
  readonly shift: (by: number) => void;
  /** The matches found so far. */
  readonly spans: Spans;
}

const none = new Uint8Array(0);
/** Up to so many bytes, making their states costs less than a leap. */
const minLeapBytes = 32;
/** Of shorter patterns, states are made where text shows them a second time: then a byte costs next to nothing. */
const minLongBytes = 256;
const minNewBytes = 16;
const fewBytes = 64;
const maxMoreBytes = 1_024;
/** What a leap has passed is searched for what begins inside, by leaps again, and so on: linear only with a bound. */
const maxLeaps = 8;

/** @param start the position of the first byte that will be scanned */
export function createScanner({ automaton, filters }: Matcher, start: number): Scanner {
  const spans = createSpans();
  const breaks = createBreaks(automaton, spans.add);
  /** The state after everything read so far. */
  let state = 0;
  /** The position of the chunk's first byte. */
  let base = start;
  /** The number of leaps within which the chunk lies. */
  let leaps = 0;
  /** The latest gap looked for in the chunk. */
  let gapAt = -1;

  /** The next byte of the chunk that could begin a gap, or its end. What a leap passes has none. */
  function nextGap(chunk: Uint8Array, from: number): number {
    if (leaps > 0) return chunk.length;
    if (gapAt < from) gapAt = findGap(chunk, from);
    return gapAt;
  }

  /** The state after the bytes from another state on; reports what they complete. */
  function follow(from: number, stretch: Uint8Array, position: number): number {
    const [stateBefore, baseBefore] = [state, base];
    leaps += 1;
    [state, base] = [from, position];
    search(stretch);
    const reached = state;
    leaps -= 1;
    [state, base] = [stateBefore, baseBefore];
    return reached;
  }

  /**
   * Compares with the bytes of the longest open pattern, so that no state is made for each, and searches them for what
   * begins later. @returns the number of bytes passed
   */
  function leap(chunk: Uint8Array, at: number): number {
    const canLeap = leaps < maxLeaps && !automaton.isMade(state);
    const count = canLeap ? automaton.ahead(state, chunk, at, nextGap(chunk, at)) : 0;
    const isLong = automaton.rest(state) >= minLongBytes;
    if (count < (isLong ? minLeapBytes : minNewBytes) || (!isLong && automaton.hasLeapt(state, count))) return 0;
    const stretch = chunk.subarray(at, at + count);
    state = automaton.leap(state, count, follow(automaton.fallback(state), stretch, base + at));
    filters.open(chunk);
    return count;
  }

  /** The same while breaks are open. */
  function leapBroken(chunk: Uint8Array, at: number): number {
    const end = nextGap(chunk, at);
    if (breaks.ahead(chunk, at, Math.min(end, at + minLeapBytes)) < minLeapBytes) return 0;
    const count = breaks.ahead(chunk, at, end);
    const stretch = chunk.subarray(at, at + count);
    breaks.leap(count, base + at, (from) => follow(from, stretch, base + at));
    state = follow(state, stretch, base + at);
    filters.open(chunk);
    return count;
  }

  /** What the last run has matched. */
  function report(): void {
    for (let index = 0; index < stopped.matches; index += 1) {
      const end = base + (stopped.ends[index] ?? 0);
      spans.add(end - automaton.matchLength(stopped.states[index] ?? 0), end);
    }
  }

  /** Runs the automaton until no pattern that began at or before the suspect place can be open. */
  function walk(chunk: Uint8Array, from: number, suspect: number): number {
    let at = from;
    for (;;) {
      // No byte that a leap passes begins a break.
      const isBroken = leaps === 0 && breaks.isOpen();
      if (isBroken) at += leapBroken(chunk, at);
      else {
        at = run(chunk, at, state, suspect, automaton.cells(), automaton.rows(), filters.beginnings());
        state = stopped.state;
        report();
        if (at < chunk.length) at += leap(chunk, at);
      }
      const open = automaton.hold(state);
      if (at >= chunk.length || (at - open > suspect && !isBroken)) return at;
      const byte = chunk[at] ?? 0;
      if (isBroken || (open > 0 && isGapByte(byte) && mayGoOn(automaton, chunk, at, state)))
        breaks.read(byte, base + at, state, open);
      state = automaton.next(state, byte);
      at += 1;
      const length = automaton.matchLength(state);
      if (length > 0) spans.add(base + at - length, base + at);
    }
  }

  function search(chunk: Uint8Array): void {
    filters.open(chunk);
    let suspect = -1;
    let more = 0;
    for (let at = 0; ;) {
      at = walk(chunk, at, suspect);
      if (at >= chunk.length) break;
      suspect = filters.next(Math.max(suspect + 1, at - automaton.hold(state)));
      const begin = suspect - minReach <= at ? at : reachBack(chunk, suspect, at);
      // Where little can be skipped, there is often more of the same: the filters are asked less and less often.
      more = begin - at < fewBytes ? Math.min(maxMoreBytes, more * 2 + 8) : 0;
      suspect = Math.max(suspect, at + more);
      if (begin <= at) continue;
      at = begin;
      state = 0;
    }
  }

  return {
    scan(chunk) {
      gapAt = -1;
      search(chunk);
      filters.open(none);
      base += chunk.length;
    },
    openFrom: () => Math.min(base - automaton.hold(state), breaks.openFrom()),
    shift(by) {
      base -= by;
      spans.shift(by);
      breaks.shift(by);
    },
    spans,
  };
}
