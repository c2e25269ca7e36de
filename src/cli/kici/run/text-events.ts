import type { ChosenSteps, Emit, JobStatus, Pace, RunEvent } from '../../../agent/run/events.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { paint, type Style } from '../../terminal/report.ts';
import { Failures } from './failures.ts';
import { plainLog, type StreamName } from './job-log.ts';
import { prefixedLog } from './prefixed-log.ts';
import { noScreen, type Screen } from './screen.ts';

const prefixStyles: readonly Style[] = ['cyan', 'magenta', 'blue', 'yellow', 'green'];
/** A longer name does not push the output of all others to the right. */
const maxPrefixWidth = 24;

/**
 * A run for people to read: a heading per job and step, and between them what the steps print.
 * @param limit how many jobs run at the same time; if several, each line begins with its job's name
 */
export function textEvents(io: Io, limit: number, screen: Screen = noScreen): Emit {
  let log = plainLog(io);
  const outcomes = new Map<string, JobStatus>();
  const failures = new Failures(io);
  return (event, pace) => {
    screen.clear();
    failures.hear(event);
    tell(event, pace);
    screen.show(event, log.isMidLine());
  };

  function tell(event: RunEvent, pace: Pace | undefined): void {
    switch (event.type) {
      case 'output':
        log.output(event.job, event.stream, event.bytes, pace);
        return;
      case 'workflow_started':
        if (limit > 1 && event.jobs.length > 1)
          log = prefixedLog(
            io,
            prefixes(
              io,
              event.jobs.map(({ name }) => name),
            ),
          );
        io.stdout.write(`workflow ${printable(event.workflow)}\n${leftOut(event.leftOut)}`);
        return;
      case 'workflow_finished': {
        io.stdout.write(screen.last());
        io.stderr.write(failures.summary());
        const rest = [...outcomes].filter(([, status]) => status !== 'succeeded');
        const told = rest.map(([job, status]) => `${printable(job)} ${words[status]}`).join(', ');
        const text = `workflow ${printable(event.workflow)}: ${words[event.status]}${outcomes.size > 1 && told !== '' ? ` (${told})` : ''}`;
        io.stdout.write(`${paint(io, event.status === 'succeeded' ? 'green' : 'red', text, 'stdout')}\n`);
        return;
      }
      case 'step_finished':
        log.endLines(event.job);
        break;
      case 'job_finished':
        log.endLines(event.job);
        outcomes.set(event.job, event.status);
        break;
      case 'job_started':
      case 'step_started':
      case 'notice':
    }
    for (const [stream, text] of describe(event, io)) log.line(event.job, stream, text);
  }
}

function leftOut(jobs: readonly ChosenSteps[] = []): string {
  const names = jobs.flatMap(({ name, steps }) => steps.map((step) => `${name} › ${step}`));
  return names.length === 0 ? '' : `left out by --step: ${printable(names.join(', '))}\n`;
}

function prefixes(io: Io, jobs: readonly string[]): (job: string, stream: StreamName) => string {
  const width = Math.min(maxPrefixWidth, Math.max(...jobs.map((job) => job.length)));
  const styles = new Map(jobs.map((job, index) => [job, prefixStyles[index % prefixStyles.length] ?? 'dim']));
  return (job, stream) => paint(io, styles.get(job) ?? 'dim', `${printable(job).padEnd(width)} | `, stream);
}

type Line = readonly [StreamName, string];
type JobEvent = Exclude<RunEvent, { type: 'output' | 'workflow_started' | 'workflow_finished' }>;

function describe(event: JobEvent, io: Io): readonly Line[] {
  switch (event.type) {
    case 'job_started': {
      const environment = event.environment === undefined ? '' : ` (environment ${printable(event.environment)})`;
      return [['stdout', `job ${printable(event.job)}${environment}`]];
    }
    case 'step_started':
      return [['stdout', paint(io, 'dim', `--- ${printable(event.job)} › ${printable(event.step)}`, 'stdout')]];
    case 'notice':
      return [['stderr', paint(io, 'yellow', `kici: ${printable(event.message)}`)]];
    case 'step_finished': {
      const time = `${(event.durationMs / 1_000).toFixed(2)} s`;
      const told: Line[] =
        event.error === undefined
          ? []
          : [
              ['stderr', event.error],
              ['stderr', paint(io, 'red', `kici: ${event.code ?? 'step_failed'}: step ${printable(event.step)}`)],
            ];
      const style = event.status === 'succeeded' ? 'green' : 'red';
      return [
        ...told,
        ['stdout', paint(io, style, `--- ${printable(event.step)}: ${words[event.status]} after ${time}`, 'stdout')],
      ];
    }
    case 'job_finished': {
      const told: Line[] =
        event.error === undefined
          ? []
          : [
              ['stderr', paint(io, 'red', `kici: ${event.code ?? 'run_failed'}: ${printable(event.error)}`)],
              ['stderr', `      ${printable(event.hint ?? '')}`],
            ];
      const because = event.because === undefined ? '' : `, for it needs ${event.because.map(printable).join(', ')}`;
      return [...told, ['stdout', `job ${printable(event.job)}: ${words[event.status]}${because}`]];
    }
  }
}

const words = {
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
} as const;
