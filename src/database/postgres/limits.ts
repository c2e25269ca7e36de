/** How long one statement may take, and a transaction may be left alone, in milliseconds. */
export const statementTimeouts = {
  /** Longer than any statement of ours takes, shorter than a request waits. */
  serving: 10_000,
  /** An index over millions of rows, or another process that makes one. */
  migrating: 3_600_000,
} as const;
