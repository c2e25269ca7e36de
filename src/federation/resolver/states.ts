import type { FailureCode } from '@kici-dev/secret-backend';

/** States in which a service says that a secret is gone, or will be. A binding may count these as absent. */
const deletions: ReadonlySet<FailureCode> = new Set(['deleted', 'destroyed', 'scheduled_for_deletion']);

/**
 * States that a service reports in a valid answer. `disabled` is a state but not a deletion: somebody withholds a value
 * for a while, and expects that nothing replaces it.
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

/** Whether the backend has answered: it will not answer differently until somebody changes the secret. */
export function isState(code: FailureCode): boolean {
  return states.has(code);
}
