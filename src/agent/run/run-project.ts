import { createMasker } from '@kici-dev/secret-masker';
import type { StepProcess, Workplace } from '../process/step-process.ts';
import type { ApiClient } from '../../api/client.ts';
import { createSessionKeyPair } from '../../api/job-seal.ts';
import { chooseWorkflow } from '../workflow/choose.ts';
import { loadProject } from '../workflow/load-project.ts';
import type { Project } from '../workflow/project.ts';
import { chooseJobs, stepNames, stepsLeftOut } from './choose-jobs.ts';
import type { JobStatus, RunStatus } from './events.ts';
import { maskEvents } from './masked-events.ts';
import { PoolSet } from './pool-set.ts';
import { preflight } from './preflight.ts';
import { runJob } from './run-job.ts';
import type { RunOptions } from './run-options.ts';
import { runSchedule } from './schedule.ts';
import type { StepPool } from './step-pool.ts';

export interface ProjectRun {
  readonly project: Project;
  /** The process that reads the author's modules. */
  readonly loader: StepProcess;
  /** Starts another one after the first has ended. */
  readonly launch: () => Promise<StepProcess>;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  readonly farewells: Promise<void>[];
  readonly options: RunOptions;
  /** Where it was begun before. */
  readonly client: ReturnType<RunOptions['client']> | undefined;
}

/**
 * Runs a workflow in a prepared workplace: reads, chooses and checks jobs, then runs them.
 * @throws AgentError if nothing can be run
 */
export async function runProject(run: ProjectRun): Promise<RunStatus> {
  const { project, workplace, options } = run;
  const { loaderOutput, signal } = options;
  const reading = loadProject({
    project,
    first: run.loader,
    launch: run.launch,
    output: loaderOutput,
    signal,
    forSteps: true,
  });
  if (project.files.length > 1) run.pool.prepareFirst();
  // Most first jobs need these, and the loader has nothing to report yet. A job that needs the client sees a failure.
  const loading = run.client ?? options.client();
  loading.catch(() => undefined);
  // Node.js loads it when it is first asked, which would be when the first step starts.
  performance.now();
  const pairs = [createSessionKeyPair()];
  const found = await reading;
  if (found.reader !== undefined) run.pool.adopt(found.reader);
  for (const { file, problem } of found.broken) loaderOutput(Buffer.from(`${file}: ${problem}\n`));
  await options.found(
    project.root,
    found.workflows.map(({ workflow }) => workflow),
  );
  const loaded = chooseWorkflow(found, options.workflow, project.root);
  const { workflow } = loaded;
  const jobs = chooseJobs(workflow, options);
  let connected: Promise<ApiClient> | undefined;
  const client = async (): Promise<ApiClient> => (connected ??= loading.then(async (connect) => connect()));
  await preflight({ workflow: workflow.name, jobs, labels: options.labels, workplace, client, signal });
  // One for all: jobs share the project's folder, so a job may print a value that another was given.
  const masker = createMasker();
  const emit = maskEvents(options.emit, masker);
  emit({
    type: 'workflow_started',
    workflow: workflow.name,
    jobs: jobs.map((job) => ({ name: job.name, steps: stepNames(job) })),
    ...(options.steps.length > 0 && { leftOut: stepsLeftOut(workflow, options) }),
  });
  await using pools = new PoolSet(run.pool);
  const outcomes = await runSchedule({
    jobs,
    limit: options.limit,
    signal,
    run: async (job) =>
      pools.lend(async (own) =>
        runJob({
          loaded,
          found,
          job,
          labels: options.labels,
          workplace,
          pool: own,
          masker,
          client,
          pair: () => pairs.pop(),
          emit,
          signal,
          farewells: run.farewells,
        }),
      ),
    passOver: (job, status, because) => {
      emit({ type: 'job_finished', job: job.name, status, ...(status === 'skipped' && { because }) });
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
