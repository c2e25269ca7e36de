import { BackendError, type CallContext, type DeleteReceipt, type RecentWrites } from '@kici-dev/secret-backend';
import { secretIdOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { valueOf } from './add.ts';

/** Deletes exactly the state that was read. Rejects with a `BackendError`, `conflict` if it has changed since. */
export async function deleteSecret(
  service: Service,
  recent: RecentWrites,
  id: string,
  context: CallContext,
): Promise<DeleteReceipt> {
  const name = service.resources.secret(id);
  const written = await recent.of(id);
  const seen = await service.call('GetSecret', context, (client, options) => client.getSecret({ name }, options));
  if (!seen.ok && seen.failure.status === 'NOT_FOUND') return { existed: false };
  const { name: seenName, etag } = valueOf(seen);
  if (secretIdOf(seenName) !== id)
    throw new BackendError('bad_answer', { detail: 'Secret Manager answered GetSecret with another secret' });
  const answer = await service.call('DeleteSecret', context, (client, options) =>
    client.deleteSecret({ name, ...(etag != null && { etag }) }, options),
  );
  if (!answer.ok && answer.failure.status === 'NOT_FOUND') return { existed: false };
  valueOf(answer);
  if (written !== undefined) await recent.forget(id, written);
  return { existed: true };
}
