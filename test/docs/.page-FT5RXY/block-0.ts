import { absent, BackendError, found, SecretValue, unknown, type ReadOutcome } from '@kici-dev/secret-backend';

/** What a service said of one secret. */
export function outcomeOf(status: number, body: Uint8Array): ReadOutcome {
  if (status === 200) return found(SecretValue.fromBytes(body));
  // Only if the service documents 404 as "does not exist", and never uses it to hide a refusal.
  if (status === 404) return absent;
  if (status === 401) return unknown('unauthenticated');
  if (status === 403) return unknown('permission_denied');
  if (status === 429) return unknown('throttled');
  return status >= 500 ? unknown('server_error') : unknown('bad_answer', `status ${status}`);
}

/** Every other method rejects with a `BackendError`. */
export function refuse(status: number): never {
  const outcome = outcomeOf(status, new Uint8Array());
  throw new BackendError(outcome.status === 'unknown' ? outcome.code : 'bad_answer');
}
