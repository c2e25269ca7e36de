import { createAutomaton, type Automaton } from './scan/automaton.ts';
import { createFilters, type Filters } from './scan/filters.ts';
import { createPatterns } from './scan/patterns.ts';

/** Everything that finds the patterns registered so far. */
export interface Matcher {
  readonly automaton: Automaton;
  readonly filters: Filters;
}

/** Patterns that only become more, and what finds them. */
export interface Matchers {
  readonly add: (patterns: readonly Uint8Array[]) => void;
  /** Another one whenever there are more patterns, or its states have grown too large. */
  readonly current: () => Matcher;
}

/** How much the states that output has reached may take, before they are given up and made again as needed. */
const maxStateBytes = 32 * 1024 * 1024;
/** Or as much as it takes to follow the longest pattern to its end, and others that begin within it. */
const stateBytesPerByte = 128;

export function createMatchers(limit: number = maxStateBytes): Matchers {
  const patterns = createPatterns();
  const filters = createFilters(patterns);
  let known = 0;
  let matcher: Matcher = { automaton: createAutomaton(patterns), filters };

  return {
    add: patterns.add,
    current() {
      // When bytes arrive, so that values registered together are taken together.
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
