import { BackendError } from '@kici-dev/secret-backend';
import { bulkhead, isBulkheadRejectedError, isTaskCancelledError } from 'cockatiel';

/**
 * Runs calls, no more at once than the service should bear.
 * @throws BackendError `overloaded` when the queue is full, or what `run` rejects with
 */
export type Bulkhead = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>;

/** At most so many calls at once, and so many that wait; what was cancelled while it waited is not run. */
export function createBulkhead(concurrency: number, queueLimit: number): Bulkhead {
  const policy = bulkhead(concurrency, queueLimit);
  return async (signal, run) => {
    try {
      return await policy.execute(run, signal);
    } catch (error) {
      if (isBulkheadRejectedError(error)) throw new BackendError('overloaded');
      throw isTaskCancelledError(error) ? new BackendError('aborted') : error;
    }
  };
}
