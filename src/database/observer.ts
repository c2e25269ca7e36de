import type { LogConfig } from 'kysely';

/** Connections to a database server. */
export interface PoolCounts {
  readonly total: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
}

/** Hears what the database does, for those who measure it. It must not throw. */
export interface DatabaseObserver {
  /** @param text with its parameters left out, as always; `connect`: no connection could be had for one */
  ran(text: string, ms: number, failed: boolean): void;
  /** The log was brought to the disk. */
  synced(ms: number): void;
  /** @param counts of a pool that is open from now on */
  pooled(counts: () => PoolCounts): void;
}

/** The observer as Kysely's log; without one Kysely measures nothing. */
export function logFor(observer: DatabaseObserver | undefined): { readonly log?: LogConfig } {
  if (observer === undefined) return {};
  return {
    log: ({ level, query, queryDurationMillis }) => {
      observer.ran(query.sql, queryDurationMillis, level === 'error');
    },
  };
}
