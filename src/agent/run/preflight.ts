import { ApiError } from '../../api/api-error.ts';
import type { JobData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';
import type { Workplace } from '../process/step-process.ts';
import type { Surroundings } from '../sandbox/profile.ts';
import type { JobSession } from '../session/job-session.ts';
import type { ApiClient } from '../../api/client.ts';
import { openSession } from '../session/open-session.ts';
import { requireStated } from './stated-keys.ts';

export interface Preflight {
  readonly workflow: string;
  readonly jobs: readonly JobData[];
  readonly labels: readonly string[];
  readonly workplace: Workplace;
  readonly client: () => Promise<ApiClient>;
  readonly signal: AbortSignal;
}

/**
 * Finds what would keep a later job from starting, before the first job's first step runs: labels, images,
 * environments, stated keys. A single job finds these at its own start.
 * @throws AgentError, ApiError that names every such job
 */
export async function preflight(run: Preflight): Promise<void> {
  const { jobs, labels } = run;
  if (jobs.length < 2) return;
  const checks = jobs.flatMap((job) => [
    async () => {
      requireLabels(job, labels);
    },
    async () => {
      await requireSandbox(job, run.workplace);
    },
  ]);
  const bySession = new Map(jobs.map((job) => [JSON.stringify([job.environment, job.secrets]), job]));
  for (const job of bySession.values())
    checks.push(async () => {
      const session = await lookAtSession(job, run.workflow, run.client);
      if (session !== undefined) requireStated(session, job);
    });
  const results = await Promise.allSettled(checks.map(async (check) => check()));
  // Once cancelled, failures come from the deadline.
  if (run.signal.aborted) throw new AgentError('cancelled', 'the run was cancelled', 'nothing was run');
  const problems = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
  const strange = problems.find((problem) => !(problem instanceof AgentError) && !ApiError.is(problem));
  if (strange !== undefined) throw strange;
  const known = problems.filter((problem) => problem instanceof AgentError || ApiError.is(problem));
  const [first] = known;
  if (first === undefined) return;
  const message = known.map((problem) => problem.message).join('; ');
  throw first instanceof AgentError
    ? new AgentError(first.code, message, first.hint)
    : new ApiError(first.code, message, first.hint);
}

/** @throws AgentError (`label_missing`) */
export function requireLabels(job: JobData, labels: readonly string[]): void {
  const missing = job.runsOn.filter((label) => !labels.includes(label));
  if (missing.length === 0) return;
  throw new AgentError(
    'label_missing',
    `the job ${job.name} runs on ${missing.join(', ')}, which is not a label of this agent (${labels.join(', ')})`,
    `add --label ${missing.join(' --label ')}, or change runsOn`,
  );
}

/** What the processes of a job find around them. @throws AgentError (`sandbox_unavailable`, `limit_unavailable`) */
export async function requireSandbox(
  job: JobData,
  { sandbox, environment, limiter }: Workplace,
): Promise<Surroundings> {
  const limits = await limiter.require(job.limits);
  const place = await sandbox.forJob({ network: job.network, image: job.container?.image }, environment);
  return { ...place, limits, copy: undefined };
}

/**
 * What a job would be given, asked in the only way open to every agent: a session that is closed again at once.
 * `undefined` if the job binds no environment.
 * @throws ApiError
 */
export async function lookAtSession(
  { name, environment, secrets }: JobData,
  workflow: string,
  client: () => Promise<ApiClient>,
): Promise<JobSession | undefined> {
  if (environment === undefined) return undefined;
  const session = await openSession(await client(), { environment, workflow, job: name, secrets });
  // A session that cannot be closed expires.
  await session.close().catch(() => undefined);
  return session;
}
