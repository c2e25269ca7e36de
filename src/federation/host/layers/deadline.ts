import { BackendError, type CallContext } from '@kici-dev/secret-backend';

/** Longer delays overflow the runtime's timers, which would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Settles with `run` or at the deadline, whichever is first. What continues after that is abandoned: its signal has
 * fired and its result is dropped.
 * @param limitMs the longest that it may take, whatever the caller allows
 * @throws BackendError `timeout` or `aborted`, or what `run` rejects with
 */
export function withinDeadline<T>(
  caller: CallContext,
  limitMs: number,
  run: (context: CallContext) => Promise<T>,
): Promise<T> {
  const deadline = Math.min(caller.deadline, Date.now() + limitMs);
  const over = endOf(caller);
  if (over !== undefined) return Promise.reject(over);
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const abandon = (reason: BackendError): void => {
      reject(reason);
      controller.abort(reason);
    };
    const onAbort = (): void => abandon(endOf(caller) ?? new BackendError('aborted'));
    const timer = setTimeout(
      () => abandon(new BackendError('timeout')),
      Math.min(deadline - Date.now(), longestTimerMs),
    );
    caller.signal.addEventListener('abort', onAbort, { once: true });
    void run({ signal: controller.signal, deadline })
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        caller.signal.removeEventListener('abort', onAbort);
      });
  });
}

/** @throws BackendError if the caller's time is over or the call was cancelled */
export function requireTime(context: CallContext): void {
  const over = endOf(context);
  if (over !== undefined) throw over;
}

/** Why nothing more may be done for this caller; `undefined` if something may. */
export function endOf({ signal, deadline }: CallContext): BackendError | undefined {
  if (BackendError.is(signal.reason)) return signal.reason;
  const timedOut =
    Date.now() >= deadline || (signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError');
  return timedOut ? new BackendError('timeout') : signal.aborted ? new BackendError('aborted') : undefined;
}
