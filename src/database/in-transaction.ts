import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';

/** Both must be over before somebody is told that others were faster. */
const patience = { ms: 5_000, attempts: 10 };
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
  // SQLite knows no other level, and leaves this one unread.
  const run = (): Promise<T> => database.transaction().setIsolationLevel('serializable').execute(work);
  const end = Date.now() + patience.ms;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (attempt === 1 ? run() : oneByOne(database, run));
    } catch (error) {
      if (!isInterrupted(error) || (Date.now() > end && attempt >= patience.attempts)) throw error;
      // At random, so that those who met do not meet again.
      await wait(Math.random() * Math.min(longestPauseMs, 2 ** attempt));
    }
  }
}

const queues = new WeakMap<object, Promise<unknown>>();

/** Those who met others would go on meeting each other. */
async function oneByOne<T>(database: object, run: () => Promise<T>): Promise<T> {
  const before = queues.get(database) ?? Promise.resolve();
  const own = before.then(run, run);
  queues.set(
    database,
    own.catch(() => undefined),
  );
  return own;
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
