import { BackendError, type CallContext } from '@kici-dev/secret-backend';

/**
 * Goes no further with a call whose time is over, or that somebody gave up.
 * @throws BackendError `aborted` or `timeout`
 */
export function requireRunning(context: CallContext): void {
  if (context.signal.aborted) throw interrupted(context);
}

/** Why the call may not go on: its time is over, or somebody gave it up. */
export function interrupted({ signal, deadline }: CallContext): BackendError {
  const reason: unknown = signal.reason;
  if (BackendError.is(reason)) return reason;
  const late = Date.now() >= deadline || (reason instanceof Error && reason.name === 'TimeoutError');
  return new BackendError(late ? 'timeout' : 'aborted');
}

/** Waits for work that others share: giving up leaves it running for them. */
export function within<T>(work: Promise<T>, context: CallContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(interrupted(context));
    if (context.signal.aborted) giveUp();
    context.signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => context.signal.removeEventListener('abort', giveUp));
  });
}
