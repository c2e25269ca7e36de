import { createAutomaton, type Automaton } from './scan/automaton.ts';
import { createFilters, type Filters } from './scan/filters.ts';
import { createPatterns } from './scan/patterns.ts';

/** Everything that finds the patterns registered so far. */
export interface Matcher {
  readonly automaton: Automaton;
  readonly filters: Filters;
}

/** A growing set of patterns, and what finds them. */
export interface Matchers {
  readonly add: (patterns: readonly Uint8Array[]) => void;
  /** A new object once patterns were added, or its states have grown too large. */
  readonly current: () => Matcher;
}

/** How much the states may take before they are dropped and made again as needed. */
const maxStateBytes = 32 * 1024 * 1024;
/** Or what it takes to follow the longest pattern to its end, with others that begin within it. */
const stateBytesPerByte = 128;

export function createMatchers(limit: number = maxStateBytes): Matchers {
  const patterns = createPatterns();
  const filters = createFilters(patterns);
  let known = 0;
  let matcher: Matcher = { automaton: createAutomaton(patterns), filters };

  return {
    add: patterns.add,
    current() {
      // Only when bytes arrive, so that values registered together are entered together.
      const isOlder = patterns.count() > known;
      if (isOlder) {
        filters.update();
        known = patterns.count();
      }
      if (isOlder || matcher.automaton.byteLength() > Math.max(limit, stateBytesPerByte * patterns.longest()))
        matcher = { automaton: createAutomaton(patterns), filters };
      return matcher;
    },
  };
}
