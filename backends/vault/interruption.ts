import { BackendError, type CallContext } from '@kici-dev/secret-backend';

/**
 * Stops a call whose time is over, or that was cancelled.
 * @throws BackendError `aborted` or `timeout`
 */
export function requireRunning(context: CallContext): void {
  if (context.signal.aborted) throw interrupted(context);
}

/** Why the call may not go on: its time is over, or it was cancelled. */
export function interrupted({ signal, deadline }: CallContext): BackendError {
  const reason: unknown = signal.reason;
  if (BackendError.is(reason)) return reason;
  const late = Date.now() >= deadline || (reason instanceof Error && reason.name === 'TimeoutError');
  return new BackendError(late ? 'timeout' : 'aborted');
}

/** Waits for shared work: giving up leaves it running for the others. */
export function within<T>(work: Promise<T>, context: CallContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(interrupted(context));
    if (context.signal.aborted) giveUp();
    context.signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => context.signal.removeEventListener('abort', giveUp));
  });
}
