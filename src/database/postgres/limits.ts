/** Longer than any statement of ours takes, shorter than a request waits. */
export const statementTimeoutMs = 10_000;
