import { hintOf, unknown, type CallContext, type SecretRef } from '@kici-dev/secret-backend';
import { planReads, settleReads, type AgedOutcome, type Resolution } from '@kici-dev/secret-federation';
import { sealForJob } from '../../api/job-seal.ts';
import { isStated } from '../../api/stated-keys.ts';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Handlers, OperationOutput } from '../handlers.ts';
import { allowsScope, type Narrowing } from '../narrowing.ts';
import { outside } from '../resolution/entries.ts';
import type { StoredJob, JobStore } from './job-store.ts';
import { requireOwnJob } from './own-job.ts';

type Delivered = OperationOutput<'jobs.read'>['secrets'][number];

/** Reads exactly what was asked for, each backend once, and seals every value to the job's own key. */
export function createReadJob(jobs: JobStore, instances: Instances): Handlers['jobs.read'] {
  return async ({ jobId, keys }, call) => {
    requireOwnJob(call, jobId);
    const session = await jobs.session(call.organization, jobId);
    const open = await instances.of(call);
    const may = (key: string): boolean => isStated(session.catalogue.stated, key);
    const plan = planReads(session.catalogue, new Set(keys.filter(may)));
    const outcomes = new Map(
      await Promise.all(
        [...plan.calls].map(
          async ([name, refs]) => [name, await readAll(sameAs(session, open.get(name)), refs, call.context)] as const,
        ),
      ),
    );
    // Backends may have taken long, and a session that has ended meanwhile gets nothing any more.
    await jobs.requireLive(jobId);
    const secrets = [
      ...[...settleReads(plan, outcomes)].map(([key, resolution]) =>
        deliver(session, jobId, key, withinScopes(session.scopes, resolution)),
      ),
      ...[...new Set(keys)].filter((key) => !may(key)).map((key) => ({ key, status: 'refused' }) as const),
    ];
    call.note({ environment: session.environment, outcomes: secrets.map(noteOf) });
    return { secrets };
  };
}

/** A backend that was removed while the job ran took its secrets along, whoever has its name now. */
function sameAs({ backends }: StoredJob, instance: Instance | undefined): Instance | undefined {
  return instance !== undefined && backends[instance.name] === instance.added ? instance : undefined;
}

/** An outcome for each of the secrets, whatever became of their backend. */
export async function readAll(
  instance: Instance | undefined,
  refs: readonly SecretRef[],
  context: CallContext,
): Promise<readonly AgedOutcome[]> {
  if (instance === undefined) return refs.map(() => ({ outcome: unknown('vanished') }));
  const { state } = instance;
  if ('failure' in state) return refs.map(() => ({ outcome: state.failure.toOutcome() }));
  return state.open.readAged(refs, context);
}

/** A lagging list may have hidden a secret outside the scopes of the token that opened the job. */
export function withinScopes(scopes: Narrowing, resolution: Resolution): Resolution {
  if (resolution.status !== 'found' || allowsScope(scopes, resolution.backend, resolution.scope)) return resolution;
  return {
    status: 'unavailable',
    backend: resolution.backend,
    scope: resolution.scope,
    ...outside,
    hint: hintOf(outside),
  };
}

function deliver({ sessionKey }: StoredJob, jobId: string, key: string, resolution: Resolution): Delivered {
  if (resolution.status !== 'found') return { key, ...resolution };
  const { value, backend, scope, version, ageMs } = resolution;
  return {
    key,
    status: 'sealed',
    sealed: Buffer.from(sealForJob(sessionKey, jobId, key, value)).toString('base64'),
    backend,
    scope,
    ...(version !== undefined && { version }),
    ...(ageMs !== undefined && { ageMs }),
  };
}

/** Names only. */
function noteOf(delivered: Delivered): Readonly<Record<string, unknown>> {
  if (delivered.status === 'not_found' || delivered.status === 'refused')
    return { key: delivered.key, status: delivered.status };
  const { key, status, backend, scope } = delivered;
  return {
    key,
    status,
    backend,
    scope,
    ...(delivered.status === 'sealed' && { version: delivered.version }),
    ...(delivered.status === 'unavailable' && { code: delivered.code, reason: delivered.reason }),
  };
}
