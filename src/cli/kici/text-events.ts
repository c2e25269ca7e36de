import type { Emit, RunEvent } from '../../agent/run/events.ts';
import { printable, writeTo, type Io } from '../terminal/io.ts';
import { paint } from '../terminal/report.ts';

/** A run as people read it: a heading for each job and step, and between them what the steps print, as it comes. */
export function textEvents(io: Io): Emit {
  const atLineStart = { stdout: true, stderr: true };
  const line = (stream: 'stdout' | 'stderr', text: string): void => {
    io[stream].write(`${atLineStart[stream] ? '' : '\n'}${text}\n`);
    atLineStart[stream] = true;
  };
  return (event, behind) => {
    if (event.type !== 'output') {
      for (const [stream, text] of describe(event, io)) line(stream, text);
      return;
    }
    writeTo(io[event.stream], event.bytes, behind);
    atLineStart[event.stream] = event.bytes.at(-1) === 0x0a;
  };
}

type Line = readonly ['stdout' | 'stderr', string];

function describe(event: Exclude<RunEvent, { type: 'output' }>, io: Io): readonly Line[] {
  switch (event.type) {
    case 'workflow_started':
      return [['stdout', `workflow ${printable(event.workflow)}`]];
    case 'job_started':
      return [
        [
          'stdout',
          `job ${printable(event.job)}${event.environment === undefined ? '' : ` (environment ${printable(event.environment)})`}`,
        ],
      ];
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
      return [...told, ['stdout', `job ${printable(event.job)}: ${words[event.status]}`]];
    }
    case 'workflow_finished':
      return [
        [
          'stdout',
          paint(
            io,
            event.succeeded ? 'green' : 'red',
            `workflow ${printable(event.workflow)}: ${event.succeeded ? 'succeeded' : 'failed'}`,
            'stdout',
          ),
        ],
      ];
  }
}

const words = {
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
} as const;
