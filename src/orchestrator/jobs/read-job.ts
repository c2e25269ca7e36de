import type { SecretValue } from '@kici-dev/secret-backend';
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
    const { may, mayNot } = partition(keys, session.catalogue.stated);
    const resolutions = await readWinners(
      session.catalogue,
      may,
      session.scopes,
      (name) => sameAs(session, open.get(name)),
      call.context,
    );
    // Backends may have taken long, and a session that has ended meanwhile gets nothing.
    if (call.admittedIn !== thisTurn()) await jobs.requireLive(jobId);
    const secrets = new Array<Delivered>();
    const values = new Array<readonly [string, SecretValue]>();
    for (const [key, resolution] of resolutions) {
      secrets.push(deliver(key, resolution));
      if (resolution.status === 'found') values.push([key, resolution.value]);
    }
    for (const key of mayNot) secrets.push({ key, status: 'refused' });
    call.note({ environment: session.environment, outcomes: secrets.map(noteOf) });
    const shown = secrets.map((one) => withoutPlace(session, one));
    return values.length === 0
      ? { secrets: shown }
      : { secrets: shown, sealed: sealForJob(session.sessionKey, jobId, values).toString('base64') };
  };
}

function partition(
  keys: readonly string[],
  stated: readonly string[] | undefined,
): { readonly may: ReadonlySet<string>; readonly mayNot: ReadonlySet<string> } {
  const parts = { may: new Set<string>(), mayNot: new Set<string>() };
  for (const key of keys) (isStated(stated, key) ? parts.may : parts.mayNot).add(key);
  return parts;
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
  const sealed = { key, status: 'sealed', backend, scope } as const;
  if (ageMs !== undefined) return { ...sealed, ageMs, ...(version !== undefined && { version }) };
  return version === undefined ? sealed : { key, status: 'sealed', backend, scope, version };
}

/** Names only. */
function noteOf(delivered: Delivered): Readonly<Record<string, unknown>> {
  if (delivered.status === 'not_found' || delivered.status === 'refused')
    return { key: delivered.key, status: delivered.status };
  const { key, status, backend, scope } = delivered;
  if (delivered.status === 'sealed') return { key, status, backend, scope, version: delivered.version };
  if (delivered.status === 'declared') return { key, status, backend, scope };
  return { key, status, backend, scope, code: delivered.code, reason: delivered.reason };
}
