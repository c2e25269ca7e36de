import { BackendError, type CallContext } from '@kici-dev/secret-backend';

/** Why a call may not go on: its time is over, or it was cancelled. */
export function interrupted({ signal, deadline }: CallContext, now: number, detail: string): BackendError {
  const reason: unknown = signal.reason;
  if (BackendError.is(reason)) return reason;
  const isLate = now >= deadline || (reason instanceof Error && reason.name === 'TimeoutError');
  return new BackendError(isLate ? 'timeout' : 'aborted', { detail });
}

/** The work continues for other waiters; a failure that nobody waits for is dropped. */
export async function abandonAt<T>(signal: AbortSignal, work: Promise<T>, reason: () => BackendError): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abandon = (): void => reject(BackendError.is(signal.reason) ? signal.reason : reason());
  if (signal.aborted) abandon();
  else signal.addEventListener('abort', abandon, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
