import { BackendError, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import { DelegateBackoff, ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { requireTime } from './deadline.ts';

/** As much of a failure as deciding on another try takes. */
export interface Repeatable {
  readonly code: FailureCode;
  readonly retryAfterMs?: number | undefined;
}

export interface RetryRules<T> {
  /** In all. */
  readonly attempts: number;
  readonly mayRepeat: (code: FailureCode) => boolean;
  /** What of a result is worth another try. */
  readonly unfinished?: (result: T) => Repeatable | undefined;
}

const jitter = new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 });

/**
 * Tries again after growing, jittered pauses, and no sooner than the service asked for. A try that could not
 * start before the deadline is not waited for.
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
