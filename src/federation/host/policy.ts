/** How the host treats one backend instance. Durations are milliseconds. */
export interface HostPolicy {
  /** The longest that a call may take, its retries included; an earlier deadline of the caller wins. */
  readonly deadlineMs: number;
  /** How often a call is tried in all; 1 never tries again. */
  readonly attempts: number;
  /** Calls that the backend works on at once. */
  readonly concurrency: number;
  /** Calls that wait for their turn; one more is refused as `overloaded`. */
  readonly queueLimit: number;
  /** How old a cached value may be that is served without asking; 0 caches none. */
  readonly cacheMaxAgeMs: number;
  /** How old a value may be that is served while the backend fails transiently; 0 serves none. */
  readonly serveStaleMs: number;
  /** How old a cached list of names may be; 0 caches none. */
  readonly namesMaxAgeMs: number;
  /**
   * Whether a call may take the answer to one that began before it. False if others change the backend through other
   * hosts: every call must see a change that was confirmed before it.
   */
  readonly mayJoinCalls: boolean;
  /** Grows whenever the settings of the instance change: nothing cached under other settings is served. */
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
