import type { Needle } from './encodings/needle.ts';
import { createAutomaton, type Automaton } from './scan/automaton.ts';
import { createFilters, type Filters } from './scan/filters.ts';
import { createOrder } from './scan/order.ts';
import { createPatterns } from './scan/patterns.ts';

/** Everything that finds the patterns registered so far. */
export interface Matcher {
  readonly automaton: Automaton;
  readonly filters: Filters;
}

/** A growing set of patterns, and what finds them. */
export interface Matchers {
  /**
   * Takes the patterns that the function makes; it is called again, and must make the same, when text shows them.
   * @param isSlow whether it must not be called again, for the time that it takes
   */
  readonly add: (make: () => readonly Needle[], isSlow?: boolean) => void;
  /** A new object once patterns were added, or its states have grown too large. */
  readonly current: () => Matcher;
  /** The size of all patterns together. */
  readonly totalBytes: () => number;
}

/** How much states and completed patterns may take before they are dropped and made again as needed. */
const maxShownBytes = 32 * 1024 * 1024;
/** Or what it takes to follow the longest pattern to its end, with others that begin within it. */
const shownBytesPerByte = 128;

export function createMatchers(limit: number = maxShownBytes): Matchers {
  const patterns = createPatterns();
  const filters = createFilters(patterns);
  const order = createOrder(patterns);
  let known = 0;
  let matcher: Matcher = { automaton: createAutomaton(patterns, order), filters };

  function isTooLarge(): boolean {
    const taken = matcher.automaton.byteLength() + patterns.completedBytes();
    return taken > Math.max(limit, shownBytesPerByte * patterns.longest());
  }

  return {
    add: patterns.add,
    current() {
      // Only when bytes arrive, so that values registered together are entered together.
      const isOlder = patterns.count() > known;
      if (isOlder) {
        filters.update();
        order.update();
        known = patterns.count();
      }
      const isLarge = isTooLarge();
      // What was shown may show again. No earlier automaton is used any more.
      if (isLarge) patterns.cut();
      if (isOlder || isLarge) {
        matcher = { automaton: createAutomaton(patterns, order), filters };
      }
      return matcher;
    },
    totalBytes: patterns.totalBytes,
  };
}
