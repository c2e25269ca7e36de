import type { RunEvent } from '../../../agent/run/events.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';

/** Repeats a run's failures at its end, each led by the place it came from. */
export class Failures {
  readonly #lines: string[] = [];
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  hear(event: RunEvent): void {
    if (event.type === 'step_finished' && event.error !== undefined)
      this.#add(`${event.job} › ${event.step}`, event.code ?? 'step_failed', firstLine(event.error), event.at);
    if (event.type === 'job_finished' && event.error !== undefined)
      this.#add(event.job, event.code ?? 'run_failed', event.error, undefined);
  }

  /** Whole lines; empty if nothing failed. */
  summary(): string {
    if (this.#lines.length === 0) return '';
    return `${paint(this.#io, 'red', 'failures:')}\n${this.#lines.join('')}`;
  }

  #add(what: string, code: string, error: string, at: Place | undefined): void {
    const where = at === undefined ? '' : `  ${printable(`${at.file}:${at.line}:${at.column}`)}`;
    this.#lines.push(`  ${printable(what)}${paint(this.#io, 'cyan', where)}\n    ${code}: ${printable(error)}\n`);
  }
}

type Place = NonNullable<Extract<RunEvent, { type: 'step_finished' }>['at']>;

function firstLine(error: string): string {
  return error.split('\n', 1)[0] ?? '';
}
