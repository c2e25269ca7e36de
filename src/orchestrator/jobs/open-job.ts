import { randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { ownTurn } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import { isStated } from '../../api/stated-keys.ts';
import { createSessionKeyPair, deriveSessionKey, type SessionKeyPair } from '../../api/job-seal.ts';
import type { Handlers, OperationOutput } from '../handlers.ts';
import { hashToken, jobTokenPrefix } from '../tokens/token-hash.ts';
import { narrowingOf } from '../narrowing.ts';
import { entryViewsOf } from '../resolution/entries.ts';
import type { ResolvedEnvironment } from '../resolution/environment.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';
import { unavailableOf } from '../resolution/unavailable.ts';
import { factsOf, frozenOf, narrow, requireNames } from '../resolution/winners.ts';
import { rfc3339 } from '../time.ts';
import type { Variables } from '../variables/variables.ts';
import type { JobStore } from './job-store.ts';
import type { StoredJob } from './stored-job.ts';
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
    if (caller.kind !== 'token') throw new ApiError('permission_denied', 'a job cannot open another job');
    const resolved = await resolver.resolve(call, environment, factsOf(call));
    // Jobs that were resolved together would otherwise all be opened before anything else is done.
    await ownTurn();
    const narrowing = narrowingOf(caller);
    requireNames(environment, resolved, narrowing);
    const whole = narrow(frozenOf(resolved.catalogue), narrowing);
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
      catalogue: statedViews(entryViewsOf(resolved.catalogue, narrowing), stated),
      missing,
      unavailable: unavailableOf(resolved, narrowing),
      ...(writeScope !== undefined && { writeScope }),
      openEnded: catalogue.probes.length > 0 || catalogue.blocks.length > 0,
      variables: (await variables.list(organization, environment)).map(variableView),
    };
  };
}

/** The very list where all of it is meant: jobs that were resolved together share it. */
function statedViews<T extends { readonly key: string }>(views: T[], stated: readonly string[] | undefined): T[] {
  return stated === undefined ? views : views.filter(({ key }) => isStated(stated, key));
}

function addedWith({ instances }: ResolvedEnvironment): StoredJob['backends'] {
  return Object.fromEntries([...instances.values()].map(({ name, added }) => [name, added]));
}

function agree(pair: SessionKeyPair, agentPublicKey: Uint8Array, jobId: string): KeyObject {
  try {
    return deriveSessionKey(pair.privateKey, agentPublicKey, jobId);
  } catch {
    throw new ApiError(
      'invalid_request',
      'agentPublicKey: an X25519 public key is the base64 of 32 bytes that are not a point of small order',
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
