import {
  absent,
  BackendError,
  defineCapabilities,
  found,
  unknown,
  type BackendCapabilities,
  type CallContext,
  type FailureCode,
  type ListPage,
  type ListQuery,
  type ReadOutcome,
  type ScopePath,
  type SecretBackend,
  type SecretRef,
  type SecretWrite,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { MemoryService, ServiceFault, type StoredSecret, type StoredVersion } from './service.ts';

export const memoryCapabilities: BackendCapabilities = defineCapabilities({
  write: true,
  delete: true,
  compareAndSet: true,
  versionPins: true,
  versions: true,
  restore: true,
  declare: true,
  scopes: true,
  binary: true,
  listConsistency: 'eventual',
  listReadsValues: false,
  readBatchSize: 10,
  maxValueBytes: 65_536,
});

export const listPageSize = 20;

const faultCodes: Readonly<Record<ServiceFault['fault'], FailureCode>> = {
  reset: 'unreachable',
  half_body: 'bad_answer',
  server_error: 'server_error',
  throttle: 'throttled',
  deny: 'permission_denied',
  expire: 'unauthenticated',
  garbage: 'bad_answer',
  empty: 'bad_answer',
  flood: 'too_large',
  swarm: 'too_large',
};

/** A backend over an in-memory service, with every capability: the example that the kit proves itself on. */
export function createMemoryBackend(service: MemoryService): SecretBackend {
  let closed = false;

  async function ask<T>({ signal }: CallContext, answer: (partial: boolean) => T): Promise<T> {
    if (closed) throw new BackendError('closed');
    try {
      return await service.request(signal, answer);
    } catch (error) {
      throw toBackendError(error, signal);
    }
  }

  return {
    capabilities: memoryCapabilities,

    async *list(query, context) {
      const names = await ask(context, () => [...service.secrets.keys()]);
      for (let start = 0; start === 0 || start < names.length; start += listPageSize) {
        yield await ask(context, () => listPage(service, query, names.slice(start, start + listPageSize), start === 0));
      }
    },

    async read(refs, context) {
      if (closed) throw new BackendError('closed');
      const outcomes = new Array<ReadOutcome>();
      for (let start = 0; start < refs.length; start += memoryCapabilities.readBatchSize) {
        const batch = refs.slice(start, start + memoryCapabilities.readBatchSize);
        outcomes.push(
          ...(await ask(context, (partial) =>
            batch.map((ref, index) =>
              partial && index === 0 ? unknown('bad_answer', 'the answer leaves it out') : readOne(service, ref),
            ),
          ).catch((error: unknown) => batch.map(() => toBackendError(error, context.signal).toOutcome()))),
        );
      }
      return outcomes;
    },

    write: (entry, context) => ask(context, () => write(service, entry)),

    delete: (ref, context) => ask(context, () => ({ existed: service.remove(ref) })),

    versions: (ref, context) =>
      ask(context, () =>
        (service.find(ref)?.versions ?? []).toReversed().map(({ version, createdAt, state }, index) => ({
          version: String(version),
          createdAt: new Date(createdAt).toISOString(),
          current: index === 0,
          readable: state === 'live',
        })),
      ),

    restore: (ref, context) =>
      ask(context, () => {
        const outcome = readOne(service, ref);
        if (outcome.status === 'found') return receipt(service.put(ref, outcome.value));
        throw new BackendError(outcome.status === 'absent' ? 'not_found' : outcome.code);
      }),

    declare: (ref, context) =>
      ask(context, () => {
        service.touch(ref);
      }),

    scopes: {
      list: (context) => ask(context, () => [...service.scopes].toSorted()),
      create: (scope, context) =>
        ask(context, () => {
          if (service.scopes.has(scope)) throw new BackendError('conflict', { detail: 'the scope exists' });
          service.scopes.add(scope);
        }),
      rename: (from, to, context) =>
        ask(context, () => {
          requireScope(service, from);
          if (service.scopes.has(to)) throw new BackendError('conflict', { detail: 'the new scope exists' });
          service.move(from, to);
        }),
      delete: (scope, context) =>
        ask(context, () => {
          requireScope(service, scope);
          service.scopes.delete(scope);
          return service.in(scope).filter((secret) => service.remove(secret)).length;
        }),
    },

    check: (context) => ask(context, () => ({ server: 'memory' })),

    close: async () => {
      closed = true;
    },
  };
}

function toBackendError(error: unknown, signal: AbortSignal): BackendError {
  if (BackendError.is(error)) return error;
  if (error instanceof ServiceFault)
    return new BackendError(faultCodes[error.fault], { detail: `the request met the fault ${error.fault}` });
  if (signal.aborted)
    return new BackendError(
      signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError' ? 'timeout' : 'aborted',
    );
  return new BackendError('server_error');
}

function listPage(
  service: MemoryService,
  { scope, depth }: ListQuery,
  names: readonly string[],
  first: boolean,
): ListPage {
  const inQuery = (candidate: ScopePath): boolean =>
    scope === undefined || candidate === scope || (depth === 'tree' && candidate.startsWith(`${scope}/`));
  const isDenied = (candidate: ScopePath): boolean =>
    [...service.deniedLists].some((denied) => candidate === denied || candidate.startsWith(`${denied}/`));
  const secrets = names
    .flatMap((name) => service.secrets.get(name) ?? [])
    .filter((secret) => inQuery(secret.scope) && !isDenied(secret.scope) && !secret.hidden);
  return {
    secrets: secrets.map(({ scope: where, key, versions, scheduled }) => {
      const current = versions.at(-1);
      const problem = scheduled ? 'scheduled_for_deletion' : stateOf(current);
      return {
        scope: where,
        key,
        ...(current === undefined ? { declaredOnly: true } : { version: String(current.version) }),
        ...(problem !== undefined && { problem }),
      };
    }),
    ...(first && {
      unlisted: [...service.deniedLists].filter(inQuery).map((where) => ({ scope: where, code: 'permission_denied' })),
    }),
  };
}

/** The part of a version's state that lists show; the payload's state shows when it is read. */
function stateOf(current: StoredVersion | undefined): FailureCode | undefined {
  const { state = 'live' } = current ?? {};
  return state === 'live' || state === 'corrupt' || state === 'null' ? undefined : state;
}

function problemOf(state: Exclude<StoredVersion['state'], 'live'>): FailureCode {
  return state === 'null' ? 'wrong_shape' : state;
}

function readOne(service: MemoryService, ref: SecretRef): ReadOutcome {
  const secret = service.find(ref);
  if (secret === undefined) return absent;
  if (secret.denied) return unknown('permission_denied');
  if (secret.scheduled) return unknown('scheduled_for_deletion');
  const stored = findVersion(secret, ref.version);
  if (stored === undefined) return absent;
  return stored.state === 'live' ? found(stored.value, String(stored.version)) : unknown(problemOf(stored.state));
}

function findVersion({ versions }: StoredSecret, version: string | undefined): StoredVersion | undefined {
  return version === undefined ? versions.at(-1) : versions.find((stored) => String(stored.version) === version);
}

function write(service: MemoryService, { scope, key, value, expectedVersion }: SecretWrite): WriteReceipt {
  if (value.byteLength > memoryCapabilities.maxValueBytes)
    throw new BackendError('too_large', { detail: `a value of ${value.byteLength} bytes` });
  const current = service.find({ scope, key })?.versions.at(-1);
  if (expectedVersion !== undefined && expectedVersion !== (current === undefined ? null : String(current.version))) {
    throw new BackendError('conflict', { detail: 'the current version is not the expected one' });
  }
  return receipt(service.put({ scope, key }, value));
}

function receipt({ version, createdAt }: StoredVersion): WriteReceipt {
  return { version: String(version), updatedAt: new Date(createdAt).toISOString() };
}

function requireScope(service: MemoryService, scope: ScopePath): void {
  if (!service.scopes.has(scope)) throw new BackendError('not_found', { detail: 'there is no such scope' });
}
