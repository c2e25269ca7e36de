/** Everything that the order of candidates depends on. */
export interface Ranked {
  readonly priority: number;
  readonly hostRank: number;
  readonly patternRank: number;
  readonly depth: number;
  readonly backend: string;
  readonly scope: string;
  readonly sourceKey: string;
}

/** The rules of the order; the first that separates two candidates decides. */
const rules: readonly (readonly [string, (left: Ranked, right: Ranked) => number])[] = [
  ['higher priority', (left, right) => right.priority - left.priority],
  ['more specific host pattern', (left, right) => right.hostRank - left.hostRank],
  ['more specific scope pattern', (left, right) => larger(left.patternRank, right.patternRank)],
  ['deeper scope', (left, right) => larger(left.depth, right.depth)],
  ['backend name', (left, right) => compareText(left.backend, right.backend)],
  ['scope path', (left, right) => compareText(left.scope, right.scope)],
  ['name in the backend', (left, right) => compareText(left.sourceKey, right.sourceKey)],
];

export interface Decision {
  /** Negative: the left one wins. Zero only for one and the same candidate. */
  readonly order: number;
  readonly rule: string;
}

/** The only function that ranks: what is served, shown and explained comes from it. */
export function decide(left: Ranked, right: Ranked): Decision {
  for (const [rule, compare] of rules) {
    const order = compare(left, right);
    if (order !== 0) return { order, rule };
  }
  return { order: 0, rule: 'the same' };
}

/** Both may be infinite, in which case their difference is not a number. */
function larger(left: number, right: number): number {
  return left === right ? 0 : right - left;
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
