import {
  BackendError,
  formatScopeId,
  internalBackendName,
  type CallContext,
  type FailureCode,
  type ScopeId,
  type ScopePath,
  type SecretValue,
  type SecretWrite,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import { unsupported, type OpenBackends } from '../backends/open-backends.ts';
import type { Call } from '../caller.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import { unlistedView } from '../resolution/unavailable.ts';
import type { ValueEntry } from '../values/entry.ts';
import { placeOf } from './place.ts';

type Output = OperationOutput<'secrets.import'>;
type Result = Output['entries'][number];

interface Planned {
  readonly key: string;
  readonly value: SecretValue;
  readonly change: Result['change'];
  readonly code?: FailureCode;
  /** The version that must still be current when it is written; absent if unknown. */
  readonly expectedVersion?: string | null;
}

/** Writes secrets of an organization's internal store atomically. */
export type WriteInternalSecrets = (
  organization: string,
  entries: readonly SecretWrite[],
  context: CallContext,
) => Promise<
  | { readonly written: readonly WriteReceipt[] }
  | { readonly refused: { readonly key: string; readonly error: BackendError } }
>;

/**
 * Sets many secrets of a scope, each only if it is still as compared, where the backend can ensure that, and leaves
 * equal ones alone. The internal store writes all or none; other backends are written one by one, up to the first
 * failure.
 */
export function createImport(
  backends: OpenBackends,
  values: ValueEntry,
  writeInternal: WriteInternalSecrets,
): HandlersFor<'secrets.import'>['secrets.import'] {
  return async ({ scope, entries, dryRun }, call) => {
    const place = placeOf(scope);
    requireOnce(entries.map(({ key }) => key));
    const backend = await backends.require(call, place.backend);
    const { write, compareAndSet } = await backend.ready();
    if (backend.write === undefined || !write) throw unsupported(place.backend, 'be written to');
    const given = await Promise.all(
      entries.map(async ({ key, ...sent }) => ({
        key,
        value: await values.open(call, 'secrets.import', { purpose: 'secret', scope, key }, sent),
      })),
    );
    const plan = await compare(backend, place.path, given, call);
    const results = dryRun
      ? plan.map(planned)
      : place.backend === internalBackendName
        ? await applyAsOne(writeInternal, backend, place.path, plan, call)
        : await applyInTurn(backends, place, plan, compareAndSet, call);
    const written = results.filter(({ result }) => result === 'written');
    const failed = results.filter(({ result }) => result === 'failed' || result === 'not_tried').map(({ key }) => key);
    call.note({ ...noteOf(written, given), ...(failed.length !== 0 && { notWritten: failed }) });
    return {
      scope: formatScopeId(place),
      complete: failed.length === 0,
      entries: [...results],
      ...(await rest(backend, place, given, call)),
    };
  };
}

/** For the audit log: as much of each as of one that is set alone. */
function noteOf(written: readonly Result[], given: readonly Pick<Planned, 'key' | 'value'>[]): object {
  const lengths = new Map(given.map(({ key, value }) => [key, value.bytes().length]));
  const keys = written.map(({ key }) => key);
  if (keys.length === 0) return { keys };
  return {
    keys,
    versions: written.map(({ version }) => version ?? null),
    bytes: keys.map((key) => lengths.get(key) ?? null),
  };
}

function requireOnce(keys: readonly string[]): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new ApiError('invalid_request', `the import names ${twice} twice`, 'name each key once');
}

/** A value that cannot be read is neither new nor equal. A cached one may have changed. */
async function compare(
  backend: HostedBackend,
  scope: ScopePath,
  given: readonly { readonly key: string; readonly value: SecretValue }[],
  { context }: Call,
): Promise<readonly Planned[]> {
  const outcomes = await backend.readAged(
    given.map(({ key }) => ({ scope, key })),
    context,
  );
  return given.map(({ key, value }, index): Planned => {
    const aged = outcomes[index];
    const outcome = aged?.outcome;
    if (outcome?.status === 'absent') return { key, value, change: 'new', expectedVersion: null };
    if (outcome?.status !== 'found')
      return { key, value, change: 'unknown', ...(outcome !== undefined && { code: outcome.code }) };
    if (aged?.ageMs !== undefined && aged.ageMs > 0) return { key, value, change: 'replace' };
    const isSame = Buffer.from(outcome.value.bytes()).equals(value.bytes());
    const { version } = outcome;
    return {
      key,
      value,
      change: isSame ? 'same' : 'replace',
      ...(version !== undefined && { expectedVersion: version }),
    };
  });
}

function planned({ key, change, code }: Planned): Result {
  return { key, change, result: 'planned', ...(code !== undefined && { code }) };
}

async function applyInTurn(
  backends: OpenBackends,
  place: ScopeId,
  plan: readonly Planned[],
  compareAndSet: boolean,
  call: Call,
): Promise<readonly Result[]> {
  const backend = await backends.require(call, place.backend);
  const results: Result[] = [];
  const effect = (async () => {
    for (const { key, value, change, expectedVersion } of plan) {
      const hasFailed = results.some(({ result }) => result === 'failed');
      if (change === 'same') results.push({ key, change, result: 'left' });
      else if (hasFailed || backend.write === undefined) results.push({ key, change, result: 'not_tried' });
      else
        results.push(
          await backend
            .write(
              {
                scope: place.path,
                key,
                value,
                ...(expectedVersion !== undefined && compareAndSet && { expectedVersion }),
              },
              call.context,
            )
            .then(
              ({ version }): Result => ({ key, change, result: 'written', version }),
              (error: unknown): Result => ({ key, change, result: 'failed', code: codeOf(error) }),
            ),
        );
    }
  })();
  await backends.change(call, place.backend, effect);
  return results;
}

async function applyAsOne(
  writeInternal: WriteInternalSecrets,
  backend: HostedBackend,
  scope: ScopePath,
  plan: readonly Planned[],
  { organization, context }: Call,
): Promise<readonly Result[]> {
  const wanted = plan.filter(({ change }) => change !== 'same');
  const entries = wanted.map(({ key, value, expectedVersion }) => ({
    scope,
    key,
    value,
    ...(expectedVersion !== undefined && { expectedVersion }),
  }));
  const outcome = await writeInternal(organization, entries, context)
    // A write that failed as a whole may still have taken effect.
    .catch((error: unknown) => ({ refused: { key: undefined, error } }))
    // The write bypassed the host, which caches what it has read.
    .finally(() => backend.invalidate());
  const written = new Map('written' in outcome ? wanted.map(({ key }, at) => [key, outcome.written[at]]) : []);
  return plan.map(({ key, change }): Result => {
    if (change === 'same') return { key, change, result: 'left' };
    if ('written' in outcome) {
      const version = written.get(key)?.version;
      return { key, change, result: 'written', ...(version !== undefined && { version }) };
    }
    return outcome.refused.key === undefined || key === outcome.refused.key
      ? { key, change, result: 'failed', code: codeOf(outcome.refused.error) }
      : { key, change, result: 'not_tried' };
  });
}

function codeOf(error: unknown): FailureCode {
  if (BackendError.is(error)) return error.code;
  throw error;
}

async function rest(
  backend: HostedBackend,
  place: ScopeId,
  given: readonly { readonly key: string }[],
  { context }: Call,
): Promise<Pick<Output, 'leftAlone' | 'unavailable'>> {
  const keys = new Set(given.map(({ key }) => key));
  try {
    const { secrets, unlisted } = await backend.listAged({ scope: place.path, depth: 'scope' }, context, 0);
    return {
      leftAlone: secrets.filter(({ key, scope }) => scope === place.path && !keys.has(key)).map(({ key }) => key),
      unavailable: unlistedView(place.backend, unlisted),
    };
  } catch (error) {
    return {
      leftAlone: [],
      unavailable: unlistedView(place.backend, [{ scope: place.path, code: codeOf(error) }]),
    };
  }
}
