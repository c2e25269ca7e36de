import { BackendError } from '@kici-dev/secret-backend';
import { bulkhead, isBulkheadRejectedError, isTaskCancelledError } from 'cockatiel';

/**
 * Limits concurrent calls to what the service should bear.
 * @throws BackendError `overloaded` if the queue is full, or what `run` rejects with
 */
export type Bulkhead = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>;

/** Limits running and waiting calls; one that is cancelled while it waits never runs. */
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
