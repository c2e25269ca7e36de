import { nearMatches } from '@kici-dev/secret-backend';
import type { JobData, WorkflowData } from '../channel/to-agent.ts';
import { AgentError } from '../agent-error.ts';

/**
 * The jobs of these names with all that they need, in the order of the workflow; without names all of them.
 * @throws AgentError (`job_not_found`)
 */
export function chooseJobs(workflow: WorkflowData, wanted: readonly string[]): readonly JobData[] {
  if (wanted.length === 0) return workflow.jobs;
  const byName = new Map(workflow.jobs.map((job) => [job.name, job]));
  const chosen = new Set(wanted);
  // A set gives what is added to it on the way, too.
  for (const name of chosen) {
    const job = byName.get(name);
    if (job === undefined) throw notFound(name, workflow);
    for (const need of job.needs) chosen.add(need);
  }
  return workflow.jobs.filter(({ name }) => chosen.has(name));
}

function notFound(name: string, { name: workflow, jobs }: WorkflowData): AgentError {
  const names = jobs.map((job) => job.name);
  const near = nearMatches(name, names);
  return new AgentError(
    'job_not_found',
    `the workflow ${JSON.stringify(workflow)} has no job ${JSON.stringify(name)}`,
    near.length === 0 ? `the jobs are ${names.join(', ')}` : `did you mean ${near.join(' or ')}?`,
  );
}
