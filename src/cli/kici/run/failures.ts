import type { RunEvent } from '../../../agent/run/events.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';

interface Failed {
  readonly what: string;
  readonly told: string;
  readonly at: Place | undefined;
}

/**
 * Repeats a run's failures at its end, each led by the place it came from. A single one has its message just above, so
 * only the place is added.
 */
export class Failures {
  readonly #failed: Failed[] = [];
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  hear(event: RunEvent): void {
    if ((event.type !== 'step_finished' && event.type !== 'job_finished') || event.error === undefined) return;
    if (event.type === 'job_finished')
      this.#failed.push({ what: event.job, told: `${event.code ?? 'run_failed'}: ${event.error}`, at: undefined });
    else {
      const told = `${event.code ?? 'step_failed'}: ${firstLine(event.error)}`;
      this.#failed.push({ what: `${event.job} › ${event.step}`, told, at: event.at });
    }
  }

  /** Whole lines; empty if nothing failed, or if there is nothing to add. */
  summary(): string {
    const [first, ...others] = this.#failed;
    if (first === undefined || (others.length === 0 && first.at === undefined)) return '';
    const lines = this.#failed.map(({ what, told, at }) => {
      const message = others.length === 0 ? '' : `    ${printable(told)}\n`;
      return `  ${printable(what)}${this.#where(at)}\n${message}`;
    });
    return `${paint(this.#io, 'red', 'failures:')}\n${lines.join('')}`;
  }

  #where(at: Place | undefined): string {
    return at === undefined ? '' : paint(this.#io, 'cyan', `  ${printable(`${at.file}:${at.line}:${at.column}`)}`);
  }
}

type Place = NonNullable<Extract<RunEvent, { type: 'step_finished' }>['at']>;

function firstLine(error: string): string {
  return error.split('\n', 1)[0] ?? '';
}
