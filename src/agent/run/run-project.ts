import { createMasker } from '@kici-dev/secret-masker';
import type { StepProcess, Workplace } from '../process/step-process.ts';
import type { Clients } from '../session/open-session.ts';
import { chooseWorkflow } from '../workflow/choose.ts';
import { loadProject } from '../workflow/load.ts';
import type { Project } from '../workflow/project.ts';
import { chooseJobs } from './choose-jobs.ts';
import type { JobStatus, RunStatus } from './events.ts';
import { PoolSet } from './pool-set.ts';
import { runJob } from './run-job.ts';
import type { RunOptions } from './run-workflow.ts';
import { runSchedule } from './schedule.ts';
import type { StepPool } from './step-pool.ts';

export interface ProjectRun {
  readonly project: Project;
  /** A process for the author's modules to be read in. */
  readonly loader: StepProcess;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  readonly options: RunOptions;
}

/** @throws AgentError when nothing can be run */
export async function runProject({ project, loader, workplace, pool, options }: ProjectRun): Promise<RunStatus> {
  const { emit, loaderOutput, signal } = options;
  // Most first jobs need it, and the loader has nothing to say yet; a job that does need it sees a failure.
  const loading = options.clients();
  loading.catch(() => undefined);
  const found = await loadProject(project, loader, loaderOutput, signal);
  for (const { file, problem } of found.broken) loaderOutput(Buffer.from(`${file}: ${problem}\n`));
  const loaded = chooseWorkflow(found, options.workflow, project.root);
  const { workflow } = loaded;
  const jobs = chooseJobs(workflow, options.jobs);
  emit({ type: 'workflow_started', workflow: workflow.name, jobs: jobs.map(({ name }) => name) });
  const alone = options.limit === 1 || jobs.length === 1;
  let clients: Promise<Clients> | undefined;
  // One for all: jobs share the project's folder, and so a value that one of them was given may be printed by another.
  const masker = createMasker();
  await using pools = new PoolSet(workplace, pool);
  const outcomes = await runSchedule({
    jobs,
    limit: options.limit,
    signal,
    run: async (job) =>
      pools.lend(async (own) =>
        runJob({
          loaded,
          stripped: found.stripped,
          jobIndex: workflow.jobs.indexOf(job),
          job,
          labels: options.labels,
          workplace,
          pool: own,
          masker,
          clients: async () => (clients ??= loading.then(async (connect) => connect(alone))),
          emit,
          signal,
        }),
      ),
    passOver: (job, status, because) => {
      emit({ type: 'job_finished', job: job.name, status, ...(status === 'skipped' ? { because } : {}) });
    },
  });
  const status = statusOf([...outcomes.values()]);
  emit({ type: 'workflow_finished', workflow: workflow.name, status });
  return status;
}

function statusOf(outcomes: readonly JobStatus[]): RunStatus {
  if (outcomes.includes('cancelled')) return 'cancelled';
  return outcomes.every((status) => status === 'succeeded') ? 'succeeded' : 'failed';
}
