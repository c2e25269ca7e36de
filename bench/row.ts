/** One measured figure; if a baseline is named, `ratio` is the value relative to that baseline in the same run. */
export interface BenchRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: string;
  readonly ratio?: number;
  /** A goal for the ratio, or for the value if there is no ratio. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** Whether the goal is met, in words; empty if there is no goal. */
export function verdictOf({ value, ratio, goal }: BenchRow): string {
  if (goal === undefined) return '';
  const reached = ratio ?? value;
  const [isMet, words] =
    'atLeast' in goal
      ? [reached >= goal.atLeast, `at least ${goal.atLeast}`]
      : [reached <= goal.atMost, `at most ${goal.atMost}`];
  return `  ${isMet ? 'met' : 'MISSED'}: ${words}`;
}

export interface Bench {
  readonly name: string;
  run(): Promise<readonly BenchRow[]>;
}
