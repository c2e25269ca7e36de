import type { StepProcess, Workplace } from '../process/step-process.ts';
import { chooseWorkflow } from '../workflow/choose.ts';
import { loadProject, type LoadedProject, type LoadedWorkflow } from '../workflow/load.ts';
import type { Project } from '../workflow/project.ts';
import type { JobStatus } from './events.ts';
import { preflight } from './preflight.ts';
import { runJob } from './run-job.ts';
import type { RunOptions } from './run-workflow.ts';
import type { StepPool } from './step-pool.ts';

export interface ProjectRun {
  readonly project: Project;
  /** A process for the author's modules to be read in. */
  readonly loader: StepProcess;
  /** Another one, where that has come to its end. */
  readonly launch: () => Promise<StepProcess>;
  readonly workplace: Workplace;
  readonly pool: StepPool;
  readonly options: RunOptions;
}

/** @returns whether every job succeeded @throws AgentError when nothing can be run */
export async function runProject({ project, loader, launch, workplace, pool, options }: ProjectRun): Promise<boolean> {
  const { emit, loaderOutput, signal } = options;
  // Most first jobs need them, and the loader has nothing to say yet; a job that does need them sees a failure.
  const clients = options.clients();
  clients.catch(() => undefined);
  const found = await loadProject({ project, first: loader, launch, output: loaderOutput, signal });
  for (const { file, problem } of found.broken) loaderOutput(Buffer.from(`${file}: ${problem}\n`));
  const loaded = chooseWorkflow(found, options.workflow, project.root);
  const { workflow } = loaded;
  await preflight({
    workflow: workflow.name,
    jobs: workflow.jobs,
    labels: options.labels,
    workplace,
    clients: () => clients,
  });
  emit({ type: 'workflow_started', workflow: loaded.workflow.name });
  const succeeded = await runJobs(loaded, found, workplace, pool, { ...options, clients: () => clients });
  emit({ type: 'workflow_finished', workflow: loaded.workflow.name, succeeded });
  return succeeded;
}

/** One after another, each after those that it needs; what needs a job that did not succeed is skipped. */
async function runJobs(
  loaded: LoadedWorkflow,
  found: LoadedProject,
  workplace: Workplace,
  pool: StepPool,
  options: RunOptions,
): Promise<boolean> {
  const { labels, clients, emit, signal } = options;
  const outcomes = new Map<string, JobStatus>();
  const waiting = new Set(loaded.workflow.jobs);
  while (waiting.size > 0) {
    const job = [...waiting].find(({ needs }) => needs.every((need) => outcomes.has(need)));
    if (job === undefined) break;
    waiting.delete(job);
    if (!signal.aborted && job.needs.every((need) => outcomes.get(need) === 'succeeded')) {
      outcomes.set(
        job.name,
        await runJob({
          loaded,
          found,
          jobIndex: loaded.workflow.jobs.indexOf(job),
          job,
          labels,
          workplace,
          pool,
          clients,
          emit,
          signal,
        }),
      );
    } else {
      outcomes.set(job.name, 'skipped');
      emit({ type: 'job_finished', job: job.name, status: 'skipped' });
    }
  }
  return waiting.size === 0 && [...outcomes.values()].every((status) => status === 'succeeded');
}
