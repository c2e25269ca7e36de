import type { ListedWorkflow } from '../../agent/run/list-workflows.ts';
import { printable, type Io } from '../terminal/io.ts';
import type { ListFlags } from './program.ts';
import { readWorkflows } from './read-workflows.ts';
import { untilSignal } from './until-signal.ts';

/** Lists what can be run. @returns the exit code: 1 if a file defines nothing that could run */
export async function list(flags: ListFlags, io: Io): Promise<number> {
  const json = flags.json === true;
  return untilSignal(io, json, async (signal) => {
    const { workflows, broken } = await readWorkflows(flags, io, signal);
    if (json) io.stdout.write(`${JSON.stringify({ workflows, broken })}\n`);
    else {
      io.stdout.write(workflows.map(describe).join('\n'));
      for (const { file, problem } of broken) io.stderr.write(`${file}: ${problem}\n`);
    }
    return broken.length === 0 ? 0 : 1;
  });
}

/** An outline: the workflow with its triggers, its jobs with what they need, their steps. */
function describe({ name, file, on, jobs }: ListedWorkflow): string {
  const lines = [`${name}  (${file})`, ...on.map((trigger) => `  on ${describeTrigger(trigger)}`)];
  for (const job of jobs) {
    const asks = [
      ...(job.needs.length === 0 ? [] : [`needs ${job.needs.join(', ')}`]),
      ...(job.environment === undefined ? [] : [`environment ${job.environment}`]),
      ...(job.secrets === undefined ? [] : [`secrets ${job.secrets.join(', ') || 'none'}`]),
      `runs on ${job.runsOn.join(', ')}`,
      ...(job.container === undefined ? [] : [`image ${job.container.image}`]),
    ];
    lines.push(`  job ${job.name}: ${asks.join('; ')}`, ...job.steps.map((step) => `    ${step.name}`));
  }
  return `${lines.map(printable).join('\n')}\n`;
}

const eventWords = { push: 'push', pull_request: 'pull request' } as const;

function describeTrigger({ event, ...filters }: ListedWorkflow['on'][number]): string {
  const told = Object.entries(filters).flatMap(([filter, patterns]) =>
    patterns === undefined ? [] : [`${filter} ${patterns.join(', ')}`],
  );
  return [eventWords[event], ...told].join('; ');
}
