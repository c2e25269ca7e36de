import { BackendError, type CallContext } from '@kici-dev/secret-backend';

/** @throws BackendError `aborted` */
export function requireRunning(context: CallContext): void {
  if (context.signal.aborted) throw new BackendError('aborted');
}
