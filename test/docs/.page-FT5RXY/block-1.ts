import { BackendError, connectionReason, wrongSetting } from '@kici-dev/secret-backend';

/** What a client library threw because no answer came. Its message is compared, never kept. */
export function unreachable(thrown: unknown): BackendError {
  return new BackendError('unreachable', connectionReason(thrown, 'tls.ca'));
}

export function requireMount(mount: string): void {
  if (mount.includes('//')) throw wrongSetting('mount', 'a mount has no empty segment');
}
