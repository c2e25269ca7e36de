import { planRun, type PlanOptions } from '../../../agent/run/plan-run.ts';
import { CommandError } from '../../terminal/command-error.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';
import { table } from '../../terminal/table.ts';
import { planned, type Planned, type PlannedJob } from './planned.ts';

/** Shows what a run would do. @returns the exit code @throws CommandError (`check_failed`) if a job would fail */
export async function dryRun(options: PlanOptions, json: boolean, io: Io): Promise<number> {
  const plan = await planned(await planRun(options));
  io.stdout.write(json ? `${JSON.stringify(plan)}\n` : textOf(plan, io));
  const wrong = plan.findings.filter(({ severity }) => severity === 'error').length;
  const stopped = plan.jobs.filter(({ problems }) => problems.length > 0).length;
  if (wrong + stopped === 0) return 0;
  throw new CommandError(
    'check_failed',
    `${stopped} of the jobs would not start, and ${wrong} of the keys that the code names would not be there`,
    'correct what the list shows; nothing was run',
  );
}

function textOf({ workflow, file, jobs, findings }: Planned, io: Io): string {
  const lines = [
    `[dry-run] would run the workflow ${printable(workflow)} (${printable(file)})`,
    ...jobs.flatMap((job) => ['', ...jobLines(job, io)]),
  ];
  if (findings.length > 0) lines.push('');
  for (const { file: at, line, column, severity, message, command } of findings) {
    const word = paint(io, severity === 'error' ? 'red' : 'yellow', severity, 'stdout');
    const next = command === undefined ? '' : `; \`${command}\` sets it`;
    lines.push(`${printable(`${at}:${line}:${column}`)}: ${word}: ${printable(`${message}${next}`)}`);
  }
  return `${lines.join('\n')}\n`;
}

function jobLines(job: PlannedJob, io: Io): readonly string[] {
  const { environment, needs, steps, stated, named, secrets, variables, problems } = job;
  const list = (title: string, names: readonly string[] | undefined): readonly string[] =>
    names === undefined || names.length === 0 ? [] : [`  ${title} ${names.map(printable).join(', ')}`];
  const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) - 2 : undefined;
  const rows = secrets.map(({ key, backend, scope, status }) => [key, backend, scope, status]);
  return [
    `job ${printable(job.job)}${environment === undefined ? ', which binds no environment' : ` (environment ${printable(environment)})`}`,
    ...list('needs', needs),
    ...list('steps', steps),
    ...list('states', stated),
    ...list('names in its code', named),
    ...list('variables', variables),
    ...(rows.length === 0
      ? []
      : table(['key', 'backend', 'scope', 'status'], rows, width)
          .split('\n')
          .map((line) => `  ${line}`)),
    ...problems.flatMap(({ code, message, hint }) => [
      `  ${paint(io, 'red', code, 'stdout')}: ${printable(message)}`,
      `      ${printable(hint)}`,
    ]),
  ];
}
