/** One measured figure; where a baseline is named, `ratio` is the value relative to that baseline in the same run. */
export interface BenchRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: string;
  readonly ratio?: number;
}

/** What every `bench/*.bench.ts` exports. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly BenchRow[]>;
}
