import { nearMatches } from '@kici-dev/secret-backend';
import type { JobData, WorkflowData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';
import type { ChosenSteps } from './events.ts';

/** A job as a run executes it. */
export interface ChosenJob extends JobData {
  /** Its place in the workflow. */
  readonly index: number;
  readonly stepIndexes: readonly number[];
}

export interface Choice {
  /** Names of jobs, each run with all that it needs; none: every job. */
  readonly jobs: readonly string[];
  /** Names of steps: only these run, and no job waits for another; none: every step. */
  readonly steps: readonly string[];
}

/**
 * What a run executes, in the order of the workflow.
 * @throws AgentError (`job_not_found`, `step_not_found`)
 */
export function chooseJobs(workflow: WorkflowData, { jobs, steps }: Choice): readonly ChosenJob[] {
  const names = jobs.length === 0 ? undefined : namesOf(workflow, jobs, steps.length === 0);
  const chosen = [...workflow.jobs.entries()].flatMap(([index, job]): ChosenJob[] => {
    if (names?.has(job.name) === false) return [];
    const all = [...job.steps.entries()];
    if (steps.length === 0) return [{ ...job, index, stepIndexes: all.map(([step]) => step) }];
    const stepIndexes = all.flatMap(([step, { name }]) => (steps.includes(name) ? [step] : []));
    return stepIndexes.length === 0 ? [] : [{ ...job, needs: [], index, stepIndexes }];
  });
  const found = new Set(chosen.flatMap(stepNames));
  const missing = steps.find((name) => !found.has(name));
  if (missing !== undefined) throw stepNotFound(missing, workflow, names);
  return chosen;
}

export function stepNames({ steps, stepIndexes }: ChosenJob): readonly string[] {
  return stepIndexes.map((index) => steps[index]?.name ?? '');
}

/** The steps that the choice of steps leaves out of the chosen jobs, so that a log can name them. */
export function stepsLeftOut(workflow: WorkflowData, { jobs, steps }: Choice): readonly ChosenSteps[] {
  if (steps.length === 0) return [];
  return workflow.jobs
    .filter(({ name }) => jobs.length === 0 || jobs.includes(name))
    .map((job) => ({
      name: job.name,
      steps: job.steps.map(({ name }) => name).filter((name) => !steps.includes(name)),
    }))
    .filter((left) => left.steps.length > 0);
}

function namesOf(workflow: WorkflowData, wanted: readonly string[], withNeeds: boolean): ReadonlySet<string> {
  const byName = new Map(workflow.jobs.map((job) => [job.name, job]));
  const chosen = new Set(wanted);
  // Iterating over a set includes what is added on the way.
  for (const name of chosen) {
    const job = byName.get(name);
    if (job === undefined) throw jobNotFound(name, workflow);
    if (withNeeds) for (const need of job.needs) chosen.add(need);
  }
  return chosen;
}

function jobNotFound(name: string, { name: workflow, jobs }: WorkflowData): AgentError {
  const names = jobs.map((job) => job.name);
  return new AgentError(
    'job_not_found',
    `the workflow ${JSON.stringify(workflow)} has no job ${JSON.stringify(name)}`,
    suggestion(name, names, 'jobs'),
  );
}

function stepNotFound(name: string, workflow: WorkflowData, jobs: ReadonlySet<string> | undefined): AgentError {
  const names = workflow.jobs
    .filter((job) => jobs?.has(job.name) !== false)
    .flatMap(({ steps }) => steps.map((step) => step.name));
  const where =
    jobs === undefined ? `the workflow ${JSON.stringify(workflow.name)} has` : `${[...jobs].join(' and ')} have`;
  return new AgentError(
    'step_not_found',
    `${where} no step ${JSON.stringify(name)}`,
    suggestion(name, [...new Set(names)], 'steps'),
  );
}

function suggestion(name: string, names: readonly string[], what: string): string {
  const near = nearMatches(name, names);
  return near.length === 0 ? `the ${what} are ${names.join(', ')}` : `did you mean ${near.join(' or ')}?`;
}
