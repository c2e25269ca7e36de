import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';

const patienceMs = 5_000;
const longestPauseMs = 50;
const sqliteBusy = 5;

/**
 * Runs work as if no other transaction ran beside it. Where the database says that others came in between, the work
 * runs again: it must do nothing outside the transaction that it may not do twice.
 */
export async function inTransaction<Tables, T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      // SQLite knows no other level, and leaves this one unread.
      return await database.transaction().setIsolationLevel('serializable').execute(work);
    } catch (error) {
      if (!isInterrupted(error) || Date.now() > end) throw error;
      // At random, so that those who met do not meet again.
      await wait(Math.random() * Math.min(longestPauseMs, 2 ** attempt));
    }
  }
}

/** Whether nothing was done because another transaction was in the way. */
export function isInterrupted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // serialization_failure, deadlock_detected (PostgreSQL manual, appendix A)
  return isBusy(error) || ('code' in error && (error.code === '40001' || error.code === '40P01'));
}

/** Whether another process holds the embedded database (sqlite.org/rescode.html#busy). */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === sqliteBusy
  );
}
