import type { Instances } from '../backends/instances.ts';
import type { HandlersFor } from '../handlers.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';
import type { Variables } from '../variables/variables.ts';
import type { JobStore } from './job-store.ts';
import { createOpenJob } from './open-job.ts';
import { requireOwnJob } from './own-job.ts';
import { createReadJob } from './read-job.ts';

export function createJobs(
  resolver: EnvironmentResolver,
  instances: Instances,
  variables: Variables,
  jobs: JobStore,
  now: () => number,
): HandlersFor<'jobs.open' | 'jobs.read' | 'jobs.close'> {
  return {
    'jobs.open': createOpenJob(resolver, variables, jobs, now),
    'jobs.read': createReadJob(jobs, instances),
    async 'jobs.close'({ jobId }, call) {
      requireOwnJob(call, jobId);
      await jobs.close(call.organization, jobId);
      return {};
    },
  };
}
