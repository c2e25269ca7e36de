/** How long one statement may take, in milliseconds. */
export const statementTimeouts = {
  /** Longer than any statement of ours takes, shorter than a request waits. */
  serving: 10_000,
  /** An index over millions of rows, or another process that makes one. */
  migrating: 3_600_000,
} as const;

/**
 * How long a transaction may stand still between two statements: whoever has gone with rows locked, be it a host that
 * was cut off or a process that was stopped, keeps everybody else waiting for as long.
 */
export const idleTransactionMs = 3_000;
