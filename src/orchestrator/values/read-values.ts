import { createHmac, randomBytes } from 'node:crypto';
import type { SecretValue } from '@kici-dev/secret-backend';
import { planReads, settleReads, type Resolution } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import { actorOf, type Call } from '../caller.ts';
import type { HandlersFor } from '../handlers.ts';
import { narrowedEnvironment } from '../jobs/narrowed-catalogue.ts';
import { readAll, withinScopes } from '../jobs/read-job.ts';
import type { PolicyStore } from '../policy/store.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';

const command = 'kici-admin policy set --plain-reads on';

type Encoding = 'text' | 'base64';
type Id = 'values.get' | 'values.list';

/** Values as plain JSON, for programs that are not ours: where an owner has switched that on, and nobody else can listen. */
export function createReadValues(resolver: EnvironmentResolver, policy: PolicyStore): HandlersFor<Id> {
  // A tag that others could make from a guess would tell whether the guess is right.
  const tagKey = randomBytes(32);

  async function read(id: Id, environment: string, keys: readonly string[], encoding: Encoding, call: Call) {
    requirePrivate(call);
    await requireSwitchedOn(policy, call.organization, id);
    const { resolved, narrowing, catalogue } = await narrowedEnvironment(resolver, call, environment);
    const plan = planReads(catalogue, new Set(keys));
    const outcomes = await Promise.all(
      [...plan.calls].map(
        async ([backend, refs]) =>
          [backend, await readAll(resolved.instances.get(backend), refs, call.context)] as const,
      ),
    );
    const settled = [...settleReads(plan, new Map(outcomes))].map(
      ([key, resolution]) => [key, withinScopes(narrowing, resolution)] as const,
    );
    call.note({ outcomes: settled.map(([key, resolution]) => noteOf(key, resolution)) });
    const values = requireValues(environment, settled);
    const written = values.map(([key, value]) => [key, write(key, value, encoding)] as const);
    const hmac = createHmac('sha256', tagKey);
    hmac.update(JSON.stringify([call.organization, actorOf(call.caller), environment, encoding, written]));
    call.tag(`"${hmac.digest('base64url')}"`);
    return written;
  }

  return {
    async 'values.get'({ environment, key, encoding }, call) {
      const [first] = await read('values.get', environment, [key], encoding, call);
      if (first === undefined) throw new ApiError('not_found', `there is no secret ${key}`);
      return { key, value: first[1] };
    },
    async 'values.list'({ environment, keys, encoding }, call) {
      return { values: Object.fromEntries(await read('values.list', environment, keys, encoding, call)) };
    },
  };
}

function requirePrivate({ isPrivate }: Call): void {
  if (!isPrivate)
    throw new ApiError(
      'permission_denied',
      'values are answered over TLS, or on this machine alone, and the request came over an open network',
      'ask at the address of --public-url, which a proxy serves over TLS',
    );
}

async function requireSwitchedOn(policy: PolicyStore, organization: string, operation: string): Promise<void> {
  const { plainReads } = await policy.read(organization);
  if (!plainReads)
    throw new ApiError(
      'operation_disabled',
      'no program may read values as plain JSON here: an owner has not switched that on',
      `an owner runs: ${command}`,
      undefined,
      undefined,
      { operation, category: 'values', cliEquivalent: command },
    );
}

type Settled = readonly (readonly [key: string, resolution: Resolution])[];

/**
 * All of them or none. That one could not be had outweighs that another is not there: a client may take the latter for a deletion.
 * @throws ApiError `backend_unavailable`, `not_found`
 */
function requireValues(environment: string, settled: Settled): readonly (readonly [string, SecretValue])[] {
  const values: (readonly [string, SecretValue])[] = [];
  const missing: string[] = [];
  for (const [key, resolution] of settled) {
    if (resolution.status === 'found') values.push([key, resolution.value]);
    else if (resolution.status === 'unavailable')
      throw new ApiError(
        'backend_unavailable',
        `whether there is a secret ${key}, or what it is, cannot be found out [${resolution.code}]`,
        resolution.hint,
        resolution,
      );
    else missing.push(key);
  }
  if (missing.length > 0)
    throw new ApiError(
      'not_found',
      `the environment ${environment} has no value for ${missing.join(', ')}`,
      `see \`kici-admin secret list --environment ${environment}\``,
    );
  return values;
}

function write(key: string, value: SecretValue, encoding: Encoding): string {
  if (encoding === 'base64') return Buffer.from(value.bytes()).toString('base64');
  const text = value.text();
  if (text === undefined)
    throw new ApiError('unsupported', `the value of ${key} is no text`, 'ask for it with encoding=base64');
  return text;
}

/** Names only. */
function noteOf(key: string, resolution: Resolution): Readonly<Record<string, unknown>> {
  const { status } = resolution;
  if (status === 'not_found') return { key, status };
  const { backend, scope } = resolution;
  return { key, status, backend, scope, ...(status === 'unavailable' ? { code: resolution.code } : {}) };
}
