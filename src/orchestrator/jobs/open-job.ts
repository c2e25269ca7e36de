import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { describeFailure, hintOf, meaningOf } from '@kici-dev/secret-backend';
import { freezeCatalogue, type FrozenCatalogue, type JobFacts } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import { isStated } from '../../api/stated-keys.ts';
import { createSessionKeyPair, deriveSessionKey, type SessionKeyPair } from '../../api/job-seal.ts';
import type { Call } from '../caller.ts';
import type { Handlers, OperationOutput } from '../handlers.ts';
import { hashToken, jobTokenPrefix } from '../http/authenticate.ts';
import { allowsScope, narrowingOf, showsBinding, type Narrowing } from '../narrowing.ts';
import { entryViews, outside } from '../resolution/entries.ts';
import type { EnvironmentResolver, ResolvedEnvironment } from '../resolution/resolve.ts';
import { unavailableOf } from '../resolution/unavailable.ts';
import { rfc3339 } from '../time.ts';
import type { Variables } from '../variables/variables.ts';
import type { StoredJob, JobStore } from './job-store.ts';
import { missingKeys, statedOnly } from './stated-keys.ts';
import { writeScopeOf } from './write-scope.ts';

/** Opens sessions: names leave at once, values only when the job reads them. */
export function createOpenJob(
  resolver: EnvironmentResolver,
  variables: Variables,
  jobs: JobStore,
  now: () => number,
): Handlers['jobs.open'] {
  return async ({ environment, workflow, job, secrets: stated, agentPublicKey, lifetimeMs }, call) => {
    const { caller, organization } = call;
    if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job opens no other job');
    const resolved = await resolver.resolve(call, environment, factsOf(call));
    const narrowing = narrowingOf(caller);
    requireNames(environment, resolved, narrowing);
    const whole = narrow(freezeCatalogue(resolved.catalogue), narrowing);
    const missing = stated === undefined ? [] : await missingKeys(stated, whole, resolved.instances, call.context);
    const catalogue = stated === undefined ? whole : statedOnly(whole, stated);
    const id = randomUUID();
    const pair = createSessionKeyPair();
    const sessionKey = agree(pair, Buffer.from(agentPublicKey, 'base64'), id);
    const jobToken = `${jobTokenPrefix}${randomBytes(32).toString('base64url')}`;
    const openedAt = now();
    const expiresAt = Math.min(openedAt + lifetimeMs, caller.expiresAt ?? Number.POSITIVE_INFINITY);
    await jobs.insert({
      id,
      workflow,
      job,
      token_id: caller.id,
      token_hash: hashToken(jobToken),
      opened_at: openedAt,
      expires_at: expiresAt,
      session: { organization, environment, catalogue, backends: addedWith(resolved), sessionKey, scopes: narrowing },
    });
    const writeScope = writeScopeOf(resolved, narrowing);
    call.note({ jobId: id, keys: catalogue.entries.length });
    return {
      jobId: id,
      jobToken,
      orchestratorPublicKey: Buffer.from(pair.publicKey).toString('base64'),
      expiresAt: rfc3339(expiresAt),
      catalogue: entryViews(resolved.catalogue, narrowing).filter(({ key }) => isStated(stated, key)),
      missing,
      unavailable: unavailableOf(resolved, narrowing),
      ...(writeScope === undefined ? {} : { writeScope }),
      openEnded: catalogue.probes.length > 0 || catalogue.blocks.length > 0,
      variables: (await variables.list(organization, environment)).map(variableView),
    };
  };
}

/** What the operator states of the agent in its token; never what an agent says of itself. */
function factsOf({ caller }: Call): JobFacts {
  return caller.kind === 'token' && caller.agent !== undefined
    ? { agentId: caller.agent.id, host: caller.agent.host, labels: caller.agent.labels }
    : {};
}

/** @throws ApiError `backend_unavailable` when the names of a required backend cannot be had */
function requireNames(environment: string, { catalogue, bindings }: ResolvedEnvironment, narrowing: Narrowing): void {
  const [failure] = catalogue.failures;
  if (failure === undefined) return;
  const binding = bindings.find(({ id }) => id === failure.binding);
  if (binding !== undefined && !showsBinding(narrowing, binding))
    throw new ApiError(
      'backend_unavailable',
      `the environment ${environment} needs a backend whose names cannot be had, and which lies outside the scopes of this token: ${meaningOf(failure)} [${failure.code}]`,
    );
  const text = binding === undefined ? failure.binding : `${binding.backend}:${binding.pattern}`;
  const part = failure.region === undefined ? '' : ` below ${failure.region}`;
  throw new ApiError(
    'backend_unavailable',
    `the binding ${text} of the environment ${environment} needs the backend ${failure.backend}, whose names${part} cannot be had: ${describeFailure(failure)}`,
    `${hintOf(failure)}; \`kici-admin check --environment ${environment}\` shows all that would fail`,
    failure,
  );
}

function addedWith({ instances }: ResolvedEnvironment): StoredJob['backends'] {
  return Object.fromEntries([...instances.values()].map(({ name, added }) => [name, added]));
}

/** Keys whose winner lies outside the token's scopes cannot be had with it, and nothing else takes their place. */
function narrow(catalogue: FrozenCatalogue, narrowing: Narrowing): FrozenCatalogue {
  return {
    ...catalogue,
    entries: catalogue.entries.map((entry) => {
      const { backend, scope } = entry.winner;
      return allowsScope(narrowing, backend, scope)
        ? entry
        : { ...entry, status: 'unavailable', blockedBy: { backend, scope, ...outside } };
    }),
  };
}

function agree(pair: SessionKeyPair, agentPublicKey: Uint8Array, jobId: string): KeyObject {
  try {
    return deriveSessionKey(pair.privateKey, agentPublicKey, jobId);
  } catch {
    throw new ApiError(
      'invalid_request',
      'agentPublicKey: an X25519 public key is the base64 of 32 bytes that are no point of small order',
    );
  }
}

function variableView({
  name,
  value,
  locked,
}: Awaited<ReturnType<Variables['list']>>[number]): OperationOutput<'jobs.open'>['variables'][number] {
  return { name, value, locked: locked === 1 };
}
