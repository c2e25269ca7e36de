import type { Masker } from '@kici-dev/secret-masker';
import { ApiError } from '../../api/api-error.ts';
import type { StartStep } from '../channel/from-agent.ts';
import { JobEnvironment } from '../environment/job-environment.ts';
import { AgentError } from '../agent-error.ts';
import type { Workplace } from '../process/step-process.ts';
import { ProjectCopy } from '../project-view/project-copy.ts';
import type { Surroundings } from '../sandbox/profile.ts';
import { emptySession, type JobSession } from '../session/job-session.ts';
import type { ApiClient } from '../../api/client.ts';
import type { SessionKeyPair } from '../../api/job-seal.ts';
import { openSession } from '../session/open-session.ts';
import type { LoadedProject, LoadedWorkflow } from '../workflow/load-project.ts';
import type { ChosenJob } from './choose-jobs.ts';
import type { Emit, JobStatus, RunEvent } from './events.ts';
import { JobNeedles } from './job-needles.ts';
import { requireLabels, requireSandbox } from './preflight.ts';
import { runStep, type StepResult } from './run-step.ts';
import { placeOf } from './source-place.ts';
import { requireStated } from './stated-keys.ts';
import type { StepPool } from './step-pool.ts';

/** One job, and what it shares with the others of its run. */
export interface JobRun {
  readonly loaded: LoadedWorkflow;
  readonly found: Pick<LoadedProject, 'stripped' | 'modules'>;
  readonly job: ChosenJob;
  readonly labels: readonly string[];
  readonly workplace: Workplace;
  readonly pool: StepPool;
  readonly masker: Masker;
  readonly client: () => Promise<ApiClient>;
  /** For one session, where one was made ahead. */
  readonly pair: () => SessionKeyPair | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** What still has to be said to the orchestrator when the job is over. */
  readonly farewells: Promise<void>[];
}

/** Runs one job: opens its session, runs its steps in order, and closes the session whatever happens. */
export async function runJob(run: JobRun): Promise<JobStatus> {
  const { job, emit, signal } = run;
  emit({
    type: 'job_started',
    job: job.name,
    ...(job.environment !== undefined && { environment: job.environment }),
  });
  let session: JobSession | undefined;
  let copy: ProjectCopy | undefined;
  try {
    requireLabels(job, run.labels);
    const { sandbox, limiter } = run.workplace;
    const image = job.container?.image;
    if (image !== undefined && !sandbox.runsImages)
      emit({
        type: 'notice',
        job: job.name,
        message: `the image ${image} is not used: the steps run in the sandbox ${sandbox.name}`,
      });
    const place = await requireSandbox(job, run.workplace);
    copy = await copyFor(run);
    const surroundings = { ...place, copy: copy?.path };
    const limited = limiter.noticeOf(surroundings.limits);
    if (limited !== undefined) emit({ type: 'notice', job: job.name, message: limited });
    if (!run.pool.canStart({ surroundings, variables: job.env })) run.pool.prepare(surroundings, 1);
    await run.workplace.view.requireUnchanged();
    session = await open(run);
    requireStated(session, job);
    for (const message of session.notices) emit({ type: 'notice', job: job.name, message });
    const status = await runSteps(run, session, surroundings);
    emit({ type: 'job_finished', job: job.name, status });
    return status;
  } catch (error) {
    if (!(error instanceof AgentError) && !ApiError.is(error)) throw error;
    if (signal.aborted) {
      // Once cancelled, failures come from the deadline.
      emit({ type: 'job_finished', job: job.name, status: 'cancelled' });
      return 'cancelled';
    }
    emit({ type: 'job_finished', job: job.name, status: 'failed', ...told(error) });
    return 'failed';
  } finally {
    await removeCopy(run, copy);
    if (session !== undefined) run.farewells.push(close(session, run));
  }
}

/** @throws AgentError (`cannot_write`) */
async function copyFor({ workplace }: JobRun): Promise<ProjectCopy | undefined> {
  const { copies, project, view, temporary, journal } = workplace;
  return copies ? ProjectCopy.make(project, view, temporary, journal) : undefined;
}

/** A process that waits for a next step has it open. */
async function removeCopy({ pool, emit, job }: JobRun, copy: ProjectCopy | undefined): Promise<void> {
  if (copy === undefined) return;
  await pool.close();
  await copy.remove().catch(() => {
    const message = "the job's copy of the project could not be removed; the next run tries again";
    emit({ type: 'notice', job: job.name, message });
  });
}

/** Whoever waits for the run need not wait for this, which only the agent's own end has to. */
async function close(session: JobSession, { job, emit }: JobRun): Promise<void> {
  await session.close().catch(() => {
    emit({
      type: 'notice',
      job: job.name,
      message: 'the orchestrator could not be told that the job is over; its session ends by itself',
    });
  });
}

function told(
  error: AgentError | ApiError,
): Pick<Extract<RunEvent, { type: 'job_finished' }>, 'code' | 'error' | 'hint'> {
  const { code, message, hint } = error;
  const requestId = ApiError.is(error) ? error.requestId : undefined;
  return { code, error: message, hint, ...(requestId !== undefined && { requestId }) };
}

async function open({ job, loaded, client, pair }: JobRun): Promise<JobSession> {
  if (job.environment === undefined) return emptySession;
  const { environment, name, secrets } = job;
  return openSession(await client(), { environment, workflow: loaded.workflow.name, job: name, secrets }, pair());
}

async function runSteps(run: JobRun, session: JobSession, surroundings: Surroundings): Promise<JobStatus> {
  const { job, emit } = run;
  const environment = new JobEnvironment({
    variables: session.variables,
    jobEnv: job.env,
    // A name that is only declared has no value that could win.
    secrets: session.catalogue.flatMap(({ key, status }) => (status === 'declared' ? [] : [key])),
    path: surroundings.environment['PATH'] ?? '',
  });
  for (const message of environment.ignored) emit({ type: 'notice', job: job.name, message });
  const tooLarge = environment.sizeProblem();
  if (tooLarge !== undefined)
    throw new AgentError('variable_too_large', tooLarge, "look at the job's env and at the environment's variables");
  const steps: StepsOfJob = { run, session, surroundings, environment, needles: new JobNeedles(), removals: [] };
  try {
    for (const stepIndex of job.stepIndexes) {
      if (run.signal.aborted) return 'cancelled';
      const status = await runOne(steps, stepIndex);
      if (status !== 'succeeded') return status === 'cancelled' ? 'cancelled' : 'failed';
    }
    return 'succeeded';
  } finally {
    await Promise.all(steps.removals);
  }
}

interface StepsOfJob {
  readonly run: JobRun;
  readonly session: JobSession;
  readonly surroundings: Surroundings;
  readonly environment: JobEnvironment;
  readonly needles: JobNeedles;
  readonly removals: Promise<void>[];
}

async function runOne(steps: StepsOfJob, stepIndex: number): Promise<StepResult['status']> {
  const { run, surroundings, environment, session, needles, removals } = steps;
  const { job, loaded, emit, pool, workplace, masker } = run;
  const step = stepAt(job, stepIndex);
  emit({ type: 'step_started', job: job.name, step: step.name });
  const began = performance.now();
  const start = startOf(steps, step.name, stepIndex);
  const host = await pool.take({ surroundings, variables: start.variables });
  const running = runStep(host, {
    start,
    timeoutMs: step.timeout,
    limits: surroundings.limits,
    workplace,
    session,
    masker,
    needles,
    emit,
    signal: run.signal,
    removals,
  });
  // This step has its start by then.
  pool.prepare(surroundings, job.stepIndexes.length - 1 - job.stepIndexes.indexOf(stepIndex));
  const result = await running;
  await workplace.view.requireUnchanged();
  const ignored = [
    ...environment.export(result.exports),
    ...result.paths.flatMap((folder) => environment.addPath(folder) ?? []),
  ];
  for (const message of ignored) emit({ type: 'notice', job: job.name, step: step.name, message });
  const { status, code = 'step_failed', error } = result.status === 'succeeded' ? withSizes(environment) : result;
  const at = error === undefined ? undefined : placeOf(error, workplace.project, loaded.file, job.name, step.name);
  emit({
    type: 'step_finished',
    job: job.name,
    step: step.name,
    status,
    durationMs: performance.now() - began,
    ...(error !== undefined && { code, error, ...(at !== undefined && { at }) }),
  });
  return status;
}

function startOf({ run, session, environment }: StepsOfJob, step: string, stepIndex: number): StartStep {
  const { job, loaded, workplace } = run;
  return {
    type: 'start',
    file: loaded.file,
    workflow: loaded.workflow.name,
    job: job.name,
    step,
    jobIndex: job.index,
    stepIndex,
    variables: environment.variables(),
    catalogue: session.catalogue,
    openEnded: session.openEnded,
    unlisted: session.notices.length > 0,
    stated: job.secrets,
    writeScope: session.writeScope,
    stripped: run.found.stripped,
    modules: run.found.modules,
    project: workplace.project,
    ...(job.environment !== undefined && { environment: job.environment }),
  };
}

function stepAt({ name, steps }: ChosenJob, index: number): ChosenJob['steps'][number] {
  const step = steps[index];
  if (step === undefined) throw new RangeError(`the job ${name} has no step ${index}`);
  return step;
}

/** If a step exports more than any program can be given, that step fails, not the later ones. */
function withSizes(environment: JobEnvironment): Pick<StepResult, 'status' | 'code' | 'error'> {
  const error = environment.sizeProblem();
  return error === undefined ? { status: 'succeeded' } : { status: 'failed', code: 'variable_too_large', error };
}
