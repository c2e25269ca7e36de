import type { Resolution } from '@kici-dev/secret-federation';
import { sealForJob } from '../../api/job-seal.ts';
import { isStated } from '../../api/stated-keys.ts';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Handlers, OperationOutput } from '../handlers.ts';
import { reachesInto } from '../narrowing.ts';
import { unnamedPlace } from '../resolution/entries.ts';
import { readWinners } from '../resolution/winners.ts';
import { thisTurn } from '../turn.ts';
import type { JobStore } from './job-store.ts';
import type { StoredJob } from './stored-job.ts';
import { requireOwnJob } from './own-job.ts';

type Delivered = OperationOutput<'jobs.read'>['secrets'][number];

/** Reads exactly the requested keys, each backend once, and seals the values to the job's own key. */
export function createReadJob(
  jobs: Pick<JobStore, 'session' | 'requireLive'>,
  instances: Pick<Instances, 'of'>,
): Handlers['jobs.read'] {
  return async ({ jobId, keys }, call) => {
    requireOwnJob(call, jobId);
    const session = await jobs.session(call.organization, jobId);
    const open = await instances.of(call);
    const may = (key: string): boolean => isStated(session.catalogue.stated, key);
    const resolutions = await readWinners(
      session.catalogue,
      new Set(keys.filter(may)),
      session.scopes,
      (name) => sameAs(session, open.get(name)),
      call.context,
    );
    // Backends may have taken long, and a session that has ended meanwhile gets nothing.
    if (call.admittedIn !== thisTurn()) await jobs.requireLive(jobId);
    const secrets = [
      ...[...resolutions].map(([key, resolution]) => deliver(key, resolution)),
      ...[...new Set(keys)].filter((key) => !may(key)).map((key) => ({ key, status: 'refused' }) as const),
    ];
    call.note({ environment: session.environment, outcomes: secrets.map(noteOf) });
    const values = [...resolutions].flatMap(([key, resolution]) =>
      resolution.status === 'found' ? [[key, resolution.value] as const] : [],
    );
    return {
      secrets: secrets.map((one) => withoutPlace(session, one)),
      ...(values.length > 0 && {
        sealed: sealForJob(session.sessionKey, jobId, values).toString('base64'),
      }),
    };
  };
}

/** A backend that was removed while the job ran is gone, even if another has its name now. */
function sameAs({ backends }: StoredJob, instance: Instance | undefined): Instance | undefined {
  return instance !== undefined && backends[instance.name] === instance.added ? instance : undefined;
}

/** Hides the place from a job that was opened with a narrowed token; the audit log keeps it. */
function withoutPlace({ scopes }: StoredJob, delivered: Delivered): Delivered {
  return delivered.status !== 'unavailable' || reachesInto(scopes, delivered.backend, delivered.scope)
    ? delivered
    : { ...delivered, ...unnamedPlace };
}

function deliver(key: string, resolution: Resolution): Delivered {
  if (resolution.status !== 'found') return { key, ...resolution };
  const { backend, scope, version, ageMs } = resolution;
  return {
    key,
    status: 'sealed',
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
