import type { Matcher } from './matchers.ts';
import { addSpan, type Span } from './spans.ts';
import { createTail } from './tail.ts';

/** One stream of bytes. What it gives out is the input with every registered pattern replaced by `***`. */
export interface MaskStream {
  /**
   * What may go out now, as views of the chunk where nothing changed: the caller must not reuse the chunk's
   * memory before they are written. Held back is only a tail that could begin a pattern.
   */
  write(chunk: Uint8Array): readonly Uint8Array[];
  /** The held tail. Nothing may be written after it. */
  end(): readonly Uint8Array[];
}

const mask = Buffer.from('***');

/** @param current gives another matcher after each registration, and whenever it sees fit */
export function createMaskStream(current: () => Matcher): MaskStream {
  let matcher = current();
  let state = 0;
  const held = createTail();
  /** Matches in what is held, counted from its first byte, as is `masked`. */
  let spans: Span[] = [];
  /** How many of the held bytes belong to a match whose mask has gone out. */
  let masked = 0;

  /** Walks where a pattern could be, and leaps over the rest. */
  function scan(bytes: Uint8Array, from: number): void {
    const { next, matchLength, hold } = matcher.automaton;
    const { filter } = matcher;
    const { stride } = filter;
    let at = from;
    /** The place that the filter pointed at. */
    let suspect = -1;
    for (;;) {
      for (; at < bytes.length; at += 1) {
        const pending = hold(state);
        if (at - pending > suspect && pending <= stride) break;
        state = next(state, bytes[at] ?? 0);
        const length = matchLength(state);
        if (length > 0) addSpan(spans, at + 1 - length, at + 1);
      }
      if (at >= bytes.length) return;
      // A pattern that is not ruled out yet begins here or later.
      const open = at - hold(state);
      const found = filter.find(bytes, open + stride - 1);
      const begin = found - stride + 1;
      if (begin > open) {
        at = begin;
        state = 0;
      }
      // Near the end there is nothing to leap over: the walk gives the state to carry on with.
      suspect = found;
    }
  }

  function emit(bytes: Uint8Array, end: number): Uint8Array[] {
    held.dropTo(end);
    const out: Uint8Array[] = [];
    if (end === 0) return out;
    let at = Math.min(masked, end);
    masked -= at;
    let used = 0;
    for (const span of spans) {
      if (span.start >= end) break;
      used += 1;
      if (span.start > at) out.push(bytes.subarray(at, span.start));
      // A match that begins inside what is masked already only makes it longer.
      if (span.start >= at) out.push(mask);
      at = Math.max(at, Math.min(span.end, end));
      masked = Math.max(masked, span.end - end);
    }
    if (at < end) out.push(bytes.subarray(at, end));
    spans = spans.slice(used).map((span) => ({ start: span.start - end, end: span.end - end }));
    return out;
  }

  /** What is held and the chunk after it, searched for all that is registered by now. */
  function read(chunk: Uint8Array): Uint8Array {
    const latest = current();
    let known = held.length();
    if (latest !== matcher) {
      // Only held bytes can begin a match, so the new matcher starts over with them.
      matcher = latest;
      state = 0;
      spans = [];
      known = 0;
    }
    const bytes = held.append(chunk);
    scan(bytes, known);
    return bytes;
  }

  return {
    write(chunk) {
      const bytes = read(chunk);
      return emit(bytes, bytes.length - matcher.automaton.hold(state));
    },
    end() {
      const bytes = read(Buffer.alloc(0));
      return emit(bytes, bytes.length);
    },
  };
}
