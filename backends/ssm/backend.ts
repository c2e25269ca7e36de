import {
  absent,
  BackendError,
  unknown,
  type BackendHost,
  type CallContext,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { createService, errorOf, isException } from '@kici-dev/secret-backend-aws/access';
import { capabilitiesOf } from './capabilities.ts';
import type { SsmConfig } from './config.ts';
import { isReserved, nameFor } from './names.ts';
import { check } from './parameters/check.ts';
import { listVersions } from './parameters/history.ts';
import { list } from './parameters/list.ts';
import { isSelector, wireName, type ParameterId } from './parameters/parameter-id.ts';
import { put } from './parameters/put.ts';
import { readAll } from './parameters/reader.ts';

/** An instance, which loads the client library and connects with the first call. */
export function createSsmBackend(config: SsmConfig, host: BackendHost): SecretBackend {
  const service = createService(config, host, async (client) => new (await import('@aws-sdk/client-ssm')).SSM(client));
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new BackendError('closed');
  };
  const start = (context: CallContext): void => {
    requireOpen();
    if (context.signal.aborted) throw new BackendError('aborted');
  };
  const read: SecretBackend['read'] = async (refs, context) => {
    requireOpen();
    const ids = refs.map((ref) => idOf(config.path, ref));
    const outcomes = await readAll(
      service,
      ids.filter((id) => 'name' in id),
      context,
    );
    return ids.map((id) => ('name' in id ? (outcomes.get(wireName(id)) ?? unknown('bad_answer')) : id));
  };
  const write: NonNullable<SecretBackend['write']> = async (entry, context) => {
    start(context);
    if (entry.expectedVersion !== undefined)
      throw new BackendError('unsupported', { detail: 'Parameter Store has no condition on the version to replace' });
    return put(service, config, requireName(config.path, entry), entry.value, context);
  };

  return {
    capabilities: capabilitiesOf(config.tier),
    async *list(query, context) {
      start(context);
      yield* list(config, service, query, context);
    },
    read,
    write,
    async delete(ref, context) {
      start(context);
      const Name = nameFor(config.path, ref);
      if (Name === undefined) return { existed: false };
      try {
        await service.call(context, 'DeleteParameter', (client, options) => client.deleteParameter({ Name }, options));
        return { existed: true };
      } catch (error) {
        if (isException(error, 'ParameterNotFound')) return { existed: false };
        throw error;
      }
    },
    async versions(ref, context) {
      start(context);
      const name = nameFor(config.path, ref);
      return name === undefined ? [] : listVersions(service, name, context);
    },
    async restore(ref, context) {
      start(context);
      const [outcome = unknown('bad_answer')] = await read([ref], context);
      if (outcome.status === 'found') return write({ scope: ref.scope, key: ref.key, value: outcome.value }, context);
      if (outcome.status === 'unknown' && outcome.code !== 'no_version') throw errorOf(outcome);
      throw new BackendError('not_found', { detail: 'there is no such version' });
    },
    async check(context) {
      start(context);
      await check(service, config.path, context);
      return { server: `AWS SSM Parameter Store in ${config.region}` };
    },
    async close() {
      closed = true;
      await service.close();
    },
  };
}

/** @returns an outcome if there is nothing to request */
function idOf(path: string, ref: SecretRef): ParameterId | typeof absent | ReturnType<typeof unknown> {
  const name = nameFor(path, ref);
  if (name === undefined) return absent;
  if (isReserved(name))
    return unknown('invalid_argument', 'names that begin with "aws" or "ssm" are those of AWS, and are not read here');
  if (ref.version === undefined) return { name };
  return isSelector(ref.version) ? { name, version: ref.version } : unknown('no_version', 'that is not a version');
}

function requireName(path: string, ref: SecretRef): string {
  const name = nameFor(path, ref);
  if (name !== undefined) return name;
  throw new BackendError('invalid_argument', {
    detail:
      'a key has only A-Z, a-z, 0-9 and _.-, a name at most 15 levels, and path, scope and key together at most 1,011 characters',
  });
}
