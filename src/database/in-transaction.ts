import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import { inQueue } from './transaction-queues.ts';

/** Both must be over before somebody is told that others were faster. */
const patience = { ms: 5_000, attempts: 10 };
const longestPauseMs = 50;
const sqliteBusy = 5;

/**
 * Others came in between for longer than `inTransaction` has patience: the transaction did nothing. What was done
 * before it, or elsewhere, it cannot tell.
 */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  /** Of the database's last error: SQLSTATE, or of the driver. */
  readonly code: string | undefined;
  /** SQLite's result code; undefined on a server. */
  readonly errcode: number | undefined;

  constructor(cause: Error) {
    super('others came in between again and again', { cause });
    this.code = 'code' in cause ? String(cause.code) : undefined;
    this.errcode = 'errcode' in cause ? Number(cause.errcode) : undefined;
  }
}

/** Whoever met others this often has to be let through. */
const patientAttempts = 3;

/**
 * Runs work as if no other transaction ran beside it. Where the database says that others came in between, the work
 * runs again: it must do nothing outside the transaction that it may not do twice. Where that goes on, no other work of
 * its queue begins in this process until it is done, for a second at most: what reads much would otherwise never be
 * faster than those who write little.
 * @throws InterruptedError when its patience ends; what the work throws
 */
export async function inTransaction<Tables, T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  // SQLite knows no other level, and leaves this one unread.
  const run = (): Promise<T> => database.transaction().setIsolationLevel('serializable').execute(work);
  return inQueue(database, async (queue) => {
    const end = Date.now() + patience.ms;
    let letOthersGoOn: (() => void) | undefined;
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await (attempt === 1 ? queue.turn().then(run) : queue.oneByOne(run));
        } catch (error) {
          if (!isInterrupted(error)) throw error;
          if (Date.now() > end && attempt >= patience.attempts) throw new InterruptedError(error);
          if (attempt >= patientAttempts) letOthersGoOn ??= queue.holdBack();
          // At random, so that those who met do not meet again.
          await wait(Math.random() * Math.min(longestPauseMs, 2 ** attempt));
        }
      }
    } finally {
      letOthersGoOn?.();
    }
  });
}

/** Whether nothing was done because another transaction was in the way. */
function isInterrupted(error: unknown): error is Error {
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
