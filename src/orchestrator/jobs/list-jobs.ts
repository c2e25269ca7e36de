import type { Kysely } from 'kysely';
import * as z from 'zod';
import { parseJson } from '../../api/parse-json.ts';
import type { Handlers } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

const maxJobs = 500;
/** How far back reads are searched; a job that has read nothing since shows no keys. */
const maxReads = 5_000;

const readSubject = z.object({ jobId: z.string(), keys: z.array(z.string()) });

/** The open jobs, newest first, with the keys that they asked for according to the audit log. */
export function createListJobs(database: Kysely<OrchestratorTables>, now: () => number): Handlers['jobs.list'] {
  return async (_, { organization }) => {
    const jobs = await database
      .selectFrom('jobs as j')
      .leftJoin('tokens as t', 't.id', 'j.token_id')
      .select(['j.id', 'j.workflow', 'j.job', 'j.environment', 'j.opened_at', 'j.expires_at', 't.name as token'])
      .where('j.organization', '=', organization)
      .where('j.closed_at', 'is', null)
      .where('j.expires_at', '>', now())
      .where('t.revoked_at', 'is', null)
      .orderBy('j.opened_at', 'desc')
      .orderBy('j.id')
      .limit(maxJobs)
      .execute();
    const keys = await readKeys(database, organization, jobs.at(-1)?.opened_at ?? now());
    return {
      jobs: jobs.map((job) => ({
        id: job.id,
        workflow: job.workflow,
        job: job.job,
        environment: job.environment,
        openedAt: rfc3339(job.opened_at),
        expiresAt: rfc3339(job.expires_at),
        token: job.token ?? '',
        keys: [...(keys.get(job.id) ?? [])].toSorted(),
      })),
    };
  };
}

async function readKeys(
  database: Kysely<OrchestratorTables>,
  organization: string,
  since: number,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await database
    .selectFrom('audit_rows')
    .select('subject')
    .where('organization', '=', organization)
    .where('operation', '=', 'jobs.read')
    .where('at', '>=', since)
    .orderBy('sequence', 'desc')
    .limit(maxReads)
    .execute();
  const byJob = new Map<string, Set<string>>();
  for (const { subject } of rows) {
    const parsed = readSubject.safeParse(parseJson(subject));
    // One row that was tampered with must not hide the others.
    if (!parsed.success) continue;
    const known = byJob.get(parsed.data.jobId) ?? new Set();
    for (const key of parsed.data.keys) known.add(key);
    byJob.set(parsed.data.jobId, known);
  }
  return byJob;
}
