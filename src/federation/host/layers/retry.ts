import { BackendError, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import { DelegateBackoff, ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { requireTime } from './deadline.ts';

/** The part of a failure that decides about another try. */
export interface Repeatable {
  readonly code: FailureCode;
  readonly retryAfterMs?: number | undefined;
}

export interface RetryRules<T> {
  /** Total number of tries. */
  readonly attempts: number;
  readonly mayRepeat: (code: FailureCode) => boolean;
  /** The part of a result that is worth another try. */
  readonly unfinished?: (result: T) => Repeatable | undefined;
}

const jitter = new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 });

/**
 * Retries after growing, jittered pauses, and no sooner than the service asked for. Does not wait for a try that could
 * not start before the deadline.
 */
export function retrying<T>(
  context: CallContext,
  { attempts, mayRepeat, unfinished }: RetryRules<T>,
  run: () => Promise<T>,
): Promise<T> {
  let pause = jitter.next();
  let delayMs = 0;
  let rest: Repeatable | undefined;
  const repeats = (failure: Repeatable | undefined): boolean => {
    if (failure === undefined || !mayRepeat(failure.code)) return false;
    delayMs = Math.max(pause.duration, failure.retryAfterMs ?? 0);
    pause = pause.next(undefined);
    return Date.now() + delayMs < context.deadline;
  };
  const policy = retry(
    handleWhen((error) => BackendError.is(error) && repeats(error)).orWhenResult(() => repeats(rest)),
    {
      maxAttempts: attempts - 1,
      backoff: new DelegateBackoff(() => delayMs),
    },
  );
  return policy.dangerouslyUnref().execute(async () => {
    requireTime(context);
    const result = await run();
    rest = unfinished?.(result);
    return result;
  }, context.signal);
}
