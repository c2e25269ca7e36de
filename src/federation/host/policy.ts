/** How the host treats one backend instance. Durations are in milliseconds. */
export interface HostPolicy {
  /** The longest that a call may take, retries included; a caller's earlier deadline wins. */
  readonly deadlineMs: number;
  /** Total number of tries; 1 means no retry. */
  readonly attempts: number;
  /** Concurrent calls to the backend. */
  readonly concurrency: number;
  /** Waiting calls; one more is refused as `overloaded`. */
  readonly queueLimit: number;
  /** Maximum age of a cached value that is served without querying; 0 turns the cache off. */
  readonly cacheMaxAgeMs: number;
  /** Maximum age of a value served while the backend fails transiently; 0 serves none. */
  readonly serveStaleMs: number;
  /** Maximum age of a cached list of names; 0 turns this cache off. */
  readonly namesMaxAgeMs: number;
  /**
   * Whether a call may share the answer of one that began earlier. False if others change the backend through other
   * hosts: every call must see changes confirmed before it.
   */
  readonly mayJoinCalls: boolean;
  /** Grows when the instance's settings change: nothing cached under other settings is served. */
  readonly settingsGeneration: number;
}

export const defaultHostPolicy: HostPolicy = Object.freeze({
  deadlineMs: 10_000,
  attempts: 3,
  concurrency: 16,
  queueLimit: 1000,
  cacheMaxAgeMs: 0,
  serveStaleMs: 0,
  namesMaxAgeMs: 30_000,
  mayJoinCalls: true,
  settingsGeneration: 0,
});
