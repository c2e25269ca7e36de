import type { FailureCode } from '@kici-dev/secret-backend';

/** What a service says of a secret that it still knows: it is gone, or will be. A binding may count these as absent. */
const deletions: ReadonlySet<FailureCode> = new Set(['deleted', 'destroyed', 'scheduled_for_deletion']);

/**
 * What a service says of a secret when it answers well. `disabled` is a state and no deletion: somebody holds a value
 * back for a while, and counts on nothing taking its place.
 */
const states: ReadonlySet<FailureCode> = new Set([
  ...deletions,
  'disabled',
  'no_version',
  'wrong_shape',
  'ambiguous',
  'corrupt',
]);

/** Whether the service says that the secret is gone, or will be. */
export function isDeletion(code: FailureCode | undefined): boolean {
  return code !== undefined && deletions.has(code);
}

/** Whether the backend was asked and answered: no other answer will come before somebody changes the secret. */
export function isState(code: FailureCode): boolean {
  return states.has(code);
}
