import { relative } from 'node:path';
import { nearMatches } from '@kici-dev/secret-backend';
import { ApiError } from '../../api/api-error.ts';
import { AgentError } from '../agent-error.ts';
import type { JobSession } from '../session/job-session.ts';
import type { ApiClient } from '../../api/client.ts';
import { chooseWorkflow } from '../workflow/choose.ts';
import { chooseJobs, type ChosenJob } from './choose-jobs.ts';
import type { ListedWorkflow } from './list-workflows.ts';
import { lookAtSession, requireLabels, requireSandbox } from './preflight.ts';
import type { RunOptions } from './run-options.ts';
import { requireStated } from './stated-keys.ts';
import { withWorkplace, type OpenWorkplace } from './with-workplace.ts';

export type PlanOptions = Omit<RunOptions, 'limit' | 'found' | 'emit'>;

export interface RunPlan {
  readonly root: string;
  readonly workflow: ListedWorkflow;
  readonly jobs: readonly PlannedJob[];
}

export interface PlannedJob {
  readonly job: ChosenJob;
  /** Already closed; `undefined`: the job binds no environment, or no session could be opened. */
  readonly session: JobSession | undefined;
  /** What would keep the job from starting. */
  readonly problems: readonly (AgentError | ApiError)[];
}

/**
 * What a run would do, and with which secrets; runs no step and reads no value.
 * @throws AgentError if nothing could be run
 */
export async function planRun(options: PlanOptions): Promise<RunPlan> {
  return withWorkplace(options, async (opened) => {
    const { project } = opened;
    const { loadProject } = await import('../workflow/load-project.ts');
    const { loaderOutput: output, signal } = options;
    const found = await loadProject({ project, first: opened.loader, launch: opened.launch, output, signal });
    for (const { file, problem } of found.broken) output(Buffer.from(`${file}: ${problem}\n`));
    const { file, workflow } = chooseWorkflow(found, options.workflow, project.root);
    const jobs = chooseJobs(workflow, options);
    let connected: Promise<ApiClient> | undefined;
    const client = async (): Promise<ApiClient> => (connected ??= options.client().then(async (connect) => connect()));
    const plan = async (job: ChosenJob): Promise<PlannedJob> =>
      planJob(job, { workflow: workflow.name, labels: options.labels, workplace: opened.workplace, client });
    return {
      root: project.root,
      workflow: { ...workflow, file: relative(project.root, file) },
      jobs: await Promise.all(jobs.map(plan)),
    };
  });
}

interface Surroundings {
  readonly workflow: string;
  readonly labels: readonly string[];
  readonly workplace: OpenWorkplace['workplace'];
  readonly client: () => Promise<ApiClient>;
}

async function planJob(job: ChosenJob, { workflow, labels, workplace, client }: Surroundings): Promise<PlannedJob> {
  const problems: (AgentError | ApiError)[] = [];
  const tried = async <T>(check: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof AgentError) && !ApiError.is(error)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  await tried(() => {
    requireLabels(job, labels);
  });
  await tried(async () => requireSandbox(job, workplace));
  const session = await tried(async () => lookAtSession(job, workflow, client));
  if (session !== undefined)
    await tried(() => {
      requireStated(session, job);
    });
  return { job, session, problems };
}

/** Keys of a session that are spelled similarly. */
export function nearKeys(key: string, { catalogue }: JobSession): readonly string[] {
  return nearMatches(
    key,
    catalogue.map((entry) => entry.key),
  );
}
