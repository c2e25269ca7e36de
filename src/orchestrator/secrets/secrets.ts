import {
  BackendError,
  formatScopeId,
  internalBackendName,
  isReservedScope,
  whyOf,
  type CallContext,
  type ListQuery,
  type SecretDescriptor,
  type SecretRef,
  type SecretWrite,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import { unsupported, type OpenBackends } from '../backends/open-backends.ts';
import type { HandlersFor, OperationInput, OperationOutput } from '../handlers.ts';
import { allowsScope, narrowingOf, reachesInto } from '../narrowing.ts';
import { unlistedView } from '../resolution/unavailable.ts';
import { rfc3339 } from '../time.ts';
import type { ValueEntry } from '../values/entry.ts';
import { createImport, type WriteInternalSecrets } from './import.ts';
import { placeOf } from './place.ts';

type SecretHandlers = HandlersFor<
  | 'secrets.set'
  | 'secrets.declare'
  | 'secrets.list'
  | 'secrets.delete'
  | 'secrets.versions'
  | 'secrets.restore'
  | 'secrets.sealingKey'
  | 'secrets.import'
>;

/** Handlers for names and values of single secrets, in whichever backend their scope names. No answer holds a value. */
export function createSecretHandlers(
  backends: OpenBackends,
  values: ValueEntry,
  writeInternal: WriteInternalSecrets,
  now: () => number,
): SecretHandlers {
  const receiptOf = (scope: string, key: string, receipt: WriteReceipt): OperationOutput<'secrets.restore'> => ({
    scope,
    key,
    version: receipt.version,
    updatedAt: receipt.updatedAt ?? rfc3339(now()),
  });

  /** @throws ApiError `not_found`, `unsupported`; BackendError */
  async function writerOf(
    name: string,
    { expectedVersion }: Pick<OperationInput<'secrets.set'>, 'expectedVersion'>,
    call: Call,
  ): Promise<(entry: SecretWrite) => Promise<WriteReceipt>> {
    // Before the host: no network, no cache, and it can do all of it.
    if (name === internalBackendName) return (entry) => writeOne(writeInternal, entry, call);
    const write = await backends.requireMethod(call, name, 'write');
    const { compareAndSet } = await (await backends.require(call, name)).ready();
    if (expectedVersion !== undefined && !compareAndSet)
      throw unsupported(name, 'check the current version before it writes');
    return (entry) => backends.change(call, name, write(entry, call.context));
  }

  return {
    async 'secrets.set'(input, call) {
      const place = placeOf(input.scope);
      const write = await writerOf(place.backend, input, call);
      const value = await values.open(
        call,
        'secrets.set',
        { purpose: 'secret', scope: input.scope, key: input.key },
        input,
      );
      const entry = {
        scope: place.path,
        key: input.key,
        value,
        ...(input.expectedVersion !== undefined && { expectedVersion: input.expectedVersion }),
      };
      const receipt = await write(entry);
      call.note({ version: receipt.version, bytes: value.byteLength });
      return { ...receiptOf(formatScopeId(place), input.key, receipt), bytes: value.byteLength };
    },
    'secrets.import': createImport(backends, values, writeInternal),
    'secrets.sealingKey': (_, { organization }) => values.sealingKey(organization),
    async 'secrets.declare'({ scope, key }, call) {
      const place = placeOf(scope);
      const declare = await backends.requireMethod(call, place.backend, 'declare');
      await backends.change(call, place.backend, declare({ scope: place.path, key }, call.context));
      return { scope: formatScopeId(place), key };
    },
    async 'secrets.list'(input, call) {
      const { backend: name, query } = listed(input);
      const backend = await backends.require(call, name);
      const names = await backend.listAged(query, call.context, 0);
      const narrowing = narrowingOf(call.caller);
      const shown = (path: string): boolean => !isReservedScope(path) && allowsScope(narrowing, name, path);
      return {
        secrets: names.secrets
          .filter((secret) => shown(secret.scope))
          .map((secret) => ({
            scope: formatScopeId({ backend: name, path: secret.scope }),
            key: secret.key,
            status: statusOf(secret),
            ...(secret.problem !== undefined && { code: secret.problem, ...whyOf(secret) }),
            ...(secret.version !== undefined && { version: secret.version }),
            ...(secret.updatedAt !== undefined && { updatedAt: secret.updatedAt }),
          })),
        unavailable: unlistedView(
          name,
          names.unlisted.filter((part) => reachesInto(narrowing, name, part.scope)),
        ),
        // Such names belong to no scope, so a narrowed token cannot be shown to cover them.
        unnameable: narrowing === undefined ? [...names.unnameable] : [],
      };
    },
    async 'secrets.delete'({ scope, key }, call) {
      const place = placeOf(scope);
      const remove = await backends.requireMethod(call, place.backend, 'delete');
      return backends.change(call, place.backend, remove({ scope: place.path, key }, call.context));
    },
    async 'secrets.versions'({ scope, key }, call) {
      const place = placeOf(scope);
      const versions = await backends.requireMethod(call, place.backend, 'versions');
      return { versions: [...(await versions({ scope: place.path, key }, call.context))] };
    },
    async 'secrets.restore'({ scope, key, version }, call) {
      const place = placeOf(scope);
      const restore = await backends.requireMethod(call, place.backend, 'restore');
      const wanted =
        version ??
        (await newestOf(await backends.require(call, place.backend), { scope: place.path, key }, call.context));
      const receipt = await backends.change(
        call,
        place.backend,
        restore({ scope: place.path, key, version: wanted }, call.context),
      );
      call.note({ restored: wanted, newVersion: receipt.version });
      return receiptOf(formatScopeId(place), key, receipt);
    },
  };
}

/** @throws BackendError */
async function writeOne(
  writeInternal: WriteInternalSecrets,
  entry: SecretWrite,
  { organization, context }: Call,
): Promise<WriteReceipt> {
  const outcome = await writeInternal(organization, [entry], context);
  if ('refused' in outcome) throw outcome.refused.error;
  const [receipt] = outcome.written;
  if (receipt === undefined) throw new BackendError('bad_answer', { detail: 'one was written' });
  return receipt;
}

/** @throws ApiError `invalid_request` */
function listed({ scope, tree, backend }: OperationInput<'secrets.list'>): { backend: string; query: ListQuery } {
  if (scope !== undefined && backend === undefined) {
    const place = placeOf(scope);
    return { backend: place.backend, query: { scope: place.path, depth: tree === true ? 'tree' : 'scope' } };
  }
  if (scope === undefined && backend !== undefined && tree === undefined) return { backend, query: { depth: 'tree' } };
  throw new ApiError(
    'invalid_request',
    'list either a scope, with tree if wanted, or a backend',
    'give one of the two',
  );
}

/** @throws ApiError `not_found`; `invalid_request` if the backend lists no versions */
async function newestOf(backend: HostedBackend, ref: SecretRef, context: CallContext): Promise<string> {
  if (backend.versions === undefined || !(await backend.ready()).versions)
    throw new ApiError(
      'invalid_request',
      'the backend cannot list versions, so the newest is not known',
      'name the version',
    );
  const newest = (await backend.versions(ref, context)).find(({ readable }) => readable);
  if (newest === undefined) throw new ApiError('not_found', `no version of ${ref.key} in ${ref.scope} can be restored`);
  return newest.version;
}

function statusOf(secret: SecretDescriptor): 'set' | 'unset' | 'deleted' | 'unreadable' {
  if (secret.problem === 'deleted') return 'deleted';
  if (secret.problem !== undefined) return 'unreadable';
  return secret.declaredOnly === true ? 'unset' : 'set';
}
