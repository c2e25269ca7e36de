import { BackendError, type CallContext } from '@kici-dev/secret-backend';
import { fromDatabase } from './failures.ts';

/** Runs the work of one call: obeys its signal, and throws only `BackendError`. */
export async function guard<T>({ signal }: CallContext, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw whyAborted(signal);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(whyAborted(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const done = work().catch((error: unknown) => {
    throw BackendError.is(error) ? error : fromDatabase(error);
  });
  try {
    return await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function whyAborted({ reason }: AbortSignal): BackendError {
  return new BackendError(reason instanceof DOMException && reason.name === 'TimeoutError' ? 'timeout' : 'aborted');
}
