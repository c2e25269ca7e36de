import { BackendError, type CallContext, type RecentWrites, type WriteReceipt } from '@kici-dev/secret-backend';
import { maxPayloadBytes } from '../capabilities.ts';
import { versionOf } from '../names/resource.ts';
import type { ServiceAnswer, Service } from '../service/service.ts';
import { crc32c } from './crc32c.ts';
import { toRfc3339 } from './time.ts';

/** Adds the bytes as the newest version, and creates the secret if needed. Rejects with a `BackendError`. */
export async function addVersion(
  service: Service,
  recent: RecentWrites,
  id: string,
  data: Uint8Array,
  context: CallContext,
): Promise<WriteReceipt> {
  if (data.byteLength > maxPayloadBytes)
    throw new BackendError('too_large', {
      detail: `a version has at most ${maxPayloadBytes} bytes, and this one has ${data.byteLength}`,
    });
  const parent = service.resources.secret(id);
  const payload = { data, dataCrc32c: crc32c(data) };
  const add = () =>
    service.call('AddSecretVersion', context, (client, options) =>
      client.addSecretVersion({ parent, payload }, options),
    );
  const before = await recent.of(id);
  let answer = await add();
  if (!answer.ok && answer.failure.status === 'NOT_FOUND') {
    await createSecret(service, id, context);
    // The numbers of a recreated secret start again.
    if (before !== undefined) await recent.forget(id, before);
    answer = await add();
  }
  const added = valueOf(answer);
  const version = versionOf(added.name, id);
  if (version === undefined)
    throw new BackendError('bad_answer', {
      detail: 'Secret Manager answered AddSecretVersion without a version of the secret',
    });
  if (added.clientSpecifiedPayloadChecksum !== true)
    throw new BackendError('corrupt', {
      detail: `the service did not confirm the checksum of version ${version}; write the value again`,
    });
  const updatedAt = toRfc3339(added.createTime);
  await recent.record(id, {
    version: Number(version),
    at: updatedAt === undefined ? service.host.now() : Date.parse(updatedAt),
  });
  return { version, ...(updatedAt !== undefined && { updatedAt }) };
}

async function createSecret(service: Service, id: string, context: CallContext): Promise<void> {
  const { parent, isRegional } = service.resources;
  // A regional secret is stored where its endpoint is; a global one says how it is replicated.
  const secret = isRegional ? {} : { replication: { automatic: {} } };
  const answer = await service.call('CreateSecret', context, (client, options) =>
    client.createSecret({ parent, secretId: id, secret }, options),
  );
  if (!answer.ok && answer.failure.status !== 'ALREADY_EXISTS') throw answer.failure.error;
}

/** @throws BackendError the failure in the answer */
export function valueOf<T>(answer: ServiceAnswer<T>): T {
  if (!answer.ok) throw answer.failure.error;
  return answer.value;
}
