import type { JobStatus, RunEvent, StepStatus } from '../../../agent/run/events.ts';

export type StepState = StepStatus | 'waiting' | 'running' | 'skipped';

export interface ListedStep {
  readonly job: string;
  readonly step: string;
  state: StepState;
  /** In milliseconds of the process's clock. */
  began?: number;
  tookMs?: number;
}

/** The state of each step of a run. */
export class StepList {
  readonly steps: ListedStep[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  hear(event: RunEvent): void {
    switch (event.type) {
      case 'workflow_started':
        for (const { name, steps } of event.jobs)
          for (const step of steps) this.steps.push({ job: name, step, state: 'waiting' });
        return;
      case 'step_started': {
        const started = this.steps.find(
          ({ job, step, state }) => state === 'waiting' && job === event.job && step === event.step,
        );
        if (started !== undefined) Object.assign(started, { state: 'running', began: this.#now() });
        return;
      }
      case 'step_finished': {
        const { status, durationMs } = event;
        for (const step of this.#running(event.job)) Object.assign(step, { state: status, tookMs: durationMs });
        return;
      }
      case 'job_finished':
        this.#end(event.job, event.status);
        return;
      case 'job_started':
      case 'output':
      case 'notice':
      case 'workflow_finished':
    }
  }

  /** A job may end without its step having ended. */
  #end(job: string, status: JobStatus): void {
    for (const step of this.#running(job)) step.state = status === 'cancelled' ? 'cancelled' : 'failed';
    for (const step of this.steps) if (step.job === job && step.state === 'waiting') step.state = 'skipped';
  }

  #running(job: string): readonly ListedStep[] {
    return this.steps.filter((step) => step.job === job && step.state === 'running');
  }

  elapsedMs({ state, began, tookMs }: ListedStep): number | undefined {
    return state === 'running' && began !== undefined ? this.#now() - began : tookMs;
  }
}
