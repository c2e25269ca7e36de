import { createAutomaton, type Automaton } from './scan/automaton.ts';
import { createFilters, type Filters } from './scan/filters.ts';

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
  const patterns: Uint8Array[] = [];
  let added: Uint8Array[] = [];
  let longest = 0;
  const filters = createFilters();
  let matcher: Matcher = { automaton: createAutomaton(patterns), filters };

  return {
    add(more) {
      for (const pattern of more) added.push(pattern);
    },
    current() {
      // When bytes arrive, so that values registered together are taken together.
      const fresh = added;
      added = [];
      if (fresh.length > 0) {
        for (const pattern of fresh) {
          patterns.push(pattern);
          longest = Math.max(longest, pattern.length);
        }
        filters.add(fresh);
      }
      if (fresh.length > 0 || matcher.automaton.byteLength() > Math.max(limit, stateBytesPerByte * longest))
        matcher = { automaton: createAutomaton(patterns), filters };
      return matcher;
    },
  };
}
