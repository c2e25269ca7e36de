import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';

/** Both must be over before somebody is told that others were faster. */
const patience = { ms: 5_000, attempts: 10 };
const longestPauseMs = 50;
const sqliteBusy = 5;

/** Whoever met others this often has to be let through. */
const patientAttempts = 3;

/**
 * Runs work as if no other transaction ran beside it. Where the database says that others came in between, the work
 * runs again: it must do nothing outside the transaction that it may not do twice. Where that goes on, no other work of
 * this process begins until it is done: what reads much would otherwise never be faster than those who write little.
 */
export async function inTransaction<Tables, T>(
  database: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  // SQLite knows no other level, and leaves this one unread.
  const run = (): Promise<T> => database.transaction().setIsolationLevel('serializable').execute(work);
  // The same for every view of a database.
  const place = database.getExecutor();
  const end = Date.now() + patience.ms;
  let letOthersGoOn: (() => void) | undefined;
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await (attempt === 1 ? turnOf(place).then(run) : oneByOne(place, run));
      } catch (error) {
        if (!isInterrupted(error) || (Date.now() > end && attempt >= patience.attempts)) throw error;
        if (attempt >= patientAttempts) letOthersGoOn ??= holdBack(place);
        // At random, so that those who met do not meet again.
        await wait(Math.random() * Math.min(longestPauseMs, 2 ** attempt));
      }
    }
  } finally {
    letOthersGoOn?.();
  }
}

const preferred = new WeakMap<object, Set<Promise<void>>>();

/** Nothing new begins until the answer is called. */
function holdBack(place: object): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = preferred.get(place) ?? new Set();
  preferred.set(place, all.add(promise));
  return () => {
    all.delete(promise);
    if (all.size === 0) preferred.delete(place);
    resolve();
  };
}

async function turnOf(place: object): Promise<void> {
  for (let all = preferred.get(place); all !== undefined; all = preferred.get(place)) await Promise.all(all);
}

const queues = new WeakMap<object, Promise<unknown>>();

/** Those who met others would go on meeting each other. */
async function oneByOne<T>(place: object, run: () => Promise<T>): Promise<T> {
  const before = queues.get(place) ?? Promise.resolve();
  const own = before.then(run, run);
  queues.set(
    place,
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
