import { createAutomaton, type Automaton } from './automaton.ts';
import { Filter } from './filter.ts';

/** Everything that finds the patterns registered so far. */
export interface Matcher {
  readonly automaton: Automaton;
  readonly filter: Filter;
}

/** Patterns that only become more, and what finds them. */
export interface Matchers {
  readonly add: (patterns: readonly Buffer[]) => void;
  /** Another one whenever there are more patterns, or its states have grown too large. */
  readonly current: () => Matcher;
}

/** How much the states that output has reached may take, before they are given up and made again as needed. */
const maxStateBytes = 32 * 1024 * 1024;
/** Or as much as it takes to follow the longest pattern to its end, and others that begin within it. */
const stateBytesPerByte = 128;

export function createMatchers(limit: number = maxStateBytes): Matchers {
  let sorted: readonly Buffer[] = [];
  let added: Buffer[] = [];
  let longest = 0;
  let filter = new Filter(sorted);
  let automaton = createAutomaton(sorted);
  let matcher: Matcher = { automaton, filter };

  /** When bytes arrive, so that values registered together are sorted in together. */
  function take(): void {
    const fresh = distinct(added.toSorted(compare));
    const all = merge(sorted, fresh);
    added = [];
    if (all.length === sorted.length) return;
    sorted = all;
    longest = fresh.reduce((length, pattern) => Math.max(length, pattern.length), longest);
    filter = filter.extend(all, fresh);
    automaton = createAutomaton(all);
  }

  return {
    add(patterns) {
      for (const pattern of patterns) added.push(pattern);
    },
    current() {
      if (added.length > 0) take();
      else if (automaton.byteLength() > Math.max(limit, stateBytesPerByte * longest))
        automaton = createAutomaton(sorted);
      if (matcher.automaton !== automaton) matcher = { automaton, filter };
      return matcher;
    },
  };
}

const compare = (left: Buffer, right: Buffer): number => left.compare(right);

/** Each pattern once. One that begins the next becomes a view of it, so that a value and its trimmed form take the memory of one. */
function distinct(sorted: readonly Buffer[]): readonly Buffer[] {
  const kept: Buffer[] = [];
  let next: Buffer | undefined;
  for (const pattern of sorted.toReversed()) {
    const begins =
      next !== undefined && next.length >= pattern.length && pattern.compare(next, 0, pattern.length) === 0;
    if (begins && next?.length === pattern.length) continue;
    next = begins && next !== undefined ? next.subarray(0, pattern.length) : pattern;
    kept.push(next);
  }
  return kept.toReversed();
}

/** Both in order, each pattern once. Few are merged into many: what lies between two of them is not looked at. */
function merge(many: readonly Buffer[], few: readonly Buffer[]): readonly Buffer[] {
  const merged: Buffer[] = [];
  let from = 0;
  for (const pattern of few) {
    const at = placeOf(pattern, many, from);
    for (const known of many.slice(from, at)) merged.push(known);
    from = at;
    if (many[at]?.equals(pattern) !== true) merged.push(pattern);
  }
  return merged.concat(many.slice(from));
}

/** Of the first pattern, from `low` on, that is not before this one. */
function placeOf(pattern: Buffer, sorted: readonly Buffer[], low: number): number {
  let [place, after] = [low, sorted.length];
  while (place < after) {
    const middle = (place + after) >>> 1;
    if (compare(sorted[middle] ?? pattern, pattern) < 0) place = middle + 1;
    else after = middle;
  }
  return place;
}
