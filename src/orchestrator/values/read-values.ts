import type { Resolution } from '@kici-dev/secret-federation';
import { meaningOf, quote, type Failure } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import type { HandlersFor } from '../handlers.ts';
import { narrowingOf } from '../narrowing.ts';
import { nearOf } from '../near.ts';
import type { PolicyStore } from '../policy/store.ts';
import type { TokenCallers } from '../tokens/token-caller.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';
import { factsOf, frozenOf, narrow, readWinners, requireNames } from '../resolution/winners.ts';

type Found = Extract<Resolution, { status: 'found' }>;
type Encoding = 'text' | 'base64';

/**
 * Returns values to programs that cannot open a job: the present winners of an environment, all requested keys or none.
 * Off until an owner switches it on.
 */
export function createReadValues(
  policy: PolicyStore,
  tokens: Pick<TokenCallers, 'ofId'>,
  resolver: EnvironmentResolver,
  keyring: Pick<Keyring, 'rowSigner'>,
): HandlersFor<'values.get' | 'values.getMany'> {
  async function read(environment: string, keys: readonly string[], call: Call): Promise<ReadonlyMap<string, Found>> {
    await requireSwitchedOn(policy, call);
    const resolved = await resolver.resolve(call, environment, factsOf(call));
    const narrowing = narrowingOf(call.caller);
    requireNames(environment, resolved, narrowing);
    const catalogue = narrow(frozenOf(resolved.catalogue), narrowing);
    const resolutions = await readWinners(
      catalogue,
      new Set(keys),
      narrowing,
      (name) => resolved.instances.get(name),
      call.context,
    );
    // Backends may have taken long, and a caller who may no longer read gets nothing.
    await requireSwitchedOn(policy, call);
    await requireLive(tokens, call);
    call.note({ outcomes: [...resolutions].map(([key, resolution]) => noteOf(key, resolution)) });
    return requireAll(
      environment,
      resolutions,
      catalogue.entries.map(({ key }) => key),
    );
  }

  /**
   * A version does not tell two services apart, or a secret from one that was deleted and created again; the answer
   * does. Its tag is signed, so that it reveals nothing about a guess. No row is signed under such a first part.
   */
  async function tag(call: Call, environment: string, answer: object): Promise<void> {
    const sign = await keyring.rowSigner(call.organization);
    call.tag(`"${sign(['values', environment, JSON.stringify(answer)])}"`);
  }

  return {
    async 'values.get'({ environment, key, encoding }, call) {
      const found = (await read(environment, [key], call)).get(key);
      if (found === undefined) throw missing(environment, [key], []);
      const { backend, scope, version, ageMs } = found;
      const value = written(key, found, encoding);
      const answer = { key, value, encoding, backend, scope, ...(version !== undefined && { version }) };
      await tag(call, environment, answer);
      return { ...answer, ...(ageMs !== undefined && { ageMs }) };
    },
    async 'values.getMany'({ environment, keys, encoding }, call) {
      const found = await read(environment, keys, call);
      const values = [...found].map(([key, one]): [string, string] => [key, written(key, one, encoding)]);
      const answer = { values: Object.fromEntries(values), encoding };
      await tag(call, environment, answer);
      return answer;
    },
  };
}

/** @throws ApiError `operation_disabled`, after writing an audit row */
async function requireSwitchedOn(policy: PolicyStore, call: Call): Promise<void> {
  const { plainReads } = await policy.read(call.organization);
  if (plainReads) return;
  call.note({ refused: 'plain reads are off' });
  throw new ApiError(
    'operation_disabled',
    'the policy of this organization does not allow plain reads',
    'an owner switches them on with `kici-admin policy set --plain-reads on`',
  );
}

/** @throws ApiError `unauthenticated`, after writing an audit row */
async function requireLive(tokens: Pick<TokenCallers, 'ofId'>, call: Call): Promise<void> {
  const { caller, organization } = call;
  if (caller.kind === 'token' && (await tokens.ofId(caller.id, organization)) !== undefined) return;
  call.note({ refused: 'the token has ended' });
  throw new ApiError('unauthenticated', 'the token was revoked or has expired while its values were read');
}

/** @throws ApiError `backend_unavailable` if one could not be read, `not_found` if every backend proves it absent */
function requireAll(
  environment: string,
  resolutions: ReadonlyMap<string, Resolution>,
  known: readonly string[],
): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  const absent: string[] = [];
  const unavailable: { readonly text: string; readonly failure: Failure }[] = [];
  for (const [key, resolution] of resolutions)
    if (resolution.status === 'found') found.set(key, resolution);
    else if (resolution.status === 'unavailable')
      unavailable.push({
        text: `${key}${placeOf(resolution)}: ${meaningOf(resolution)} [${resolution.code}]`,
        failure: resolution,
      });
    else absent.push(key);
  if (unavailable.length > 0)
    throw new ApiError(
      'backend_unavailable',
      `cannot be read now: ${unavailable.map(({ text }) => text).join('; ')}`,
      `\`kici-admin explain --environment ${environment} KEY\` shows what blocks it; nothing was served in its place`,
      { failure: unavailable[0]?.failure },
    );
  if (absent.length > 0) throw missing(environment, absent, known);
  return found;
}

/** A narrowed token learns nothing of places outside its scopes. */
function placeOf({ backend, reason }: Extract<Resolution, { status: 'unavailable' }>): string {
  return reason === 'token_narrowed' ? '' : ` of ${backend}`;
}

function missing(environment: string, keys: readonly string[], known: readonly string[]): ApiError {
  const nearby = nearOf(keys, known);
  const named = keys.map((key) => {
    const near = nearby.get(key) ?? [];
    return `${key}${near.length === 0 ? '' : ` (near it: ${near.join(', ')})`}`;
  });
  return new ApiError('not_found', `the environment ${environment} has no value for ${named.join(', ')}`);
}

/** @throws ApiError `invalid_request` if bytes that are not text are requested as text */
function written(key: string, { value }: Found, encoding: Encoding): string {
  if (encoding === 'base64') return Buffer.from(value.bytes()).toString('base64');
  const text = value.text();
  if (text === undefined)
    throw new ApiError('invalid_request', `the value of ${quote(key)} is not UTF-8 text`, 'ask with encoding=base64');
  return text;
}

/** Names only. */
function noteOf(key: string, resolution: Resolution): Readonly<Record<string, unknown>> {
  if (resolution.status === 'not_found') return { key, status: resolution.status };
  const { status, backend, scope } = resolution;
  return {
    key,
    status,
    backend,
    scope,
    ...(resolution.status === 'found' && { version: resolution.version }),
    ...(resolution.status === 'unavailable' && { code: resolution.code, reason: resolution.reason }),
  };
}
