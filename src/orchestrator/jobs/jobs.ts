import type { Kysely } from 'kysely';
import type { Instances } from '../backends/instances.ts';
import type { HandlersFor } from '../handlers.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';
import type { Variables } from '../variables/variables.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { JobStore } from './job-store.ts';
import { createListJobs } from './list-jobs.ts';
import { createOpenJob } from './open-job.ts';
import { requireOwnJob } from './own-job.ts';
import { createReadJob } from './read-job.ts';

/** Handlers of the operations on jobs: open, read, close, list. */
export function createJobs(
  database: Kysely<OrchestratorTables>,
  resolver: EnvironmentResolver,
  instances: Instances,
  variables: Variables,
  jobs: JobStore,
  now: () => number,
): HandlersFor<'jobs.list' | 'jobs.open' | 'jobs.read' | 'jobs.close'> {
  return {
    'jobs.list': createListJobs(database, now),
    'jobs.open': createOpenJob(resolver, variables, jobs, now),
    'jobs.read': createReadJob(jobs, instances),
    async 'jobs.close'({ jobId }, call) {
      requireOwnJob(call, jobId);
      await jobs.close(call.organization, jobId);
      return {};
    },
  };
}
