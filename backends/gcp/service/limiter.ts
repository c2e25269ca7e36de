import type { BackendError } from '@kici-dev/secret-backend';
import { abandonAt } from './interruption.ts';

/** Limits how many tasks run at once; the others wait in order, at most until their signal fires. */
export type Limiter = <T>(signal: AbortSignal, interrupted: () => BackendError, task: () => Promise<T>) => Promise<T>;

export function createLimiter(limit: number): Limiter {
  const waiting = new Set<() => void>();
  let running = 0;
  const place = async (signal: AbortSignal, interrupted: () => BackendError): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    try {
      await abandonAt(signal, promise, interrupted);
    } catch (error) {
      // It was still in line, or it was given a place that it no longer takes.
      if (!waiting.delete(resolve)) passOn();
      throw error;
    }
  };
  /** The place goes straight to the next in line. */
  const passOn = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
    } else {
      waiting.delete(next);
      next();
    }
  };
  return async (signal, interrupted, task) => {
    if (running < limit) running += 1;
    else await place(signal, interrupted);
    try {
      return await task();
    } finally {
      passOn();
    }
  };
}
