import {
  BackendError,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
  type SecretValue,
} from '@kici-dev/secret-backend';
import { errorOf } from '../service/service-error.ts';
import type { Service } from '../service/service.ts';
import { bringBack } from './lifecycle.ts';

type Read = (refs: readonly SecretRef[], context: CallContext) => Promise<readonly ReadOutcome[]>;

/**
 * The value of an earlier version, to be made current again. A secret scheduled for deletion reveals nothing, so its
 * deletion is cancelled first.
 * @throws BackendError `not_found` if there is no such version
 */
export async function recoverValue(
  service: Service,
  name: string,
  read: Read,
  ref: SecretRef,
  context: CallContext,
): Promise<SecretValue> {
  let [outcome] = await read([ref], context);
  if (outcome?.status === 'unknown' && outcome.code === 'scheduled_for_deletion') {
    await bringBack(service, name, context);
    [outcome] = await read([ref], context);
  }
  if (outcome?.status === 'found') return outcome.value;
  if (outcome?.status === 'unknown' && outcome.code !== 'no_version') throw errorOf(outcome);
  throw new BackendError('not_found', { detail: 'there is no such version' });
}
