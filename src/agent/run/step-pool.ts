import { availableParallelism } from 'node:os';
import { sameLimits } from '../limits/limits.ts';
import type { Surroundings } from '../sandbox/profile.ts';
import { StepProcess, type Workplace } from '../process/step-process.ts';

export interface StepStart {
  readonly surroundings: Surroundings;
  /** The job's, on top of the process's own environment. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Spare {
  readonly surroundings: Surroundings;
  readonly process: Promise<StepProcess>;
}

/** What the pools of one run share. */
interface Progress {
  /** A step may change what a module reads when it is imported. */
  hasStarted: boolean;
}

/** The second one starts while a short step runs, if there is a core for it. */
const maxSpares = 2;

/** Starts the processes of the next steps while a step runs, so that a step does not wait for them. */
export class StepPool {
  readonly #workplace: Workplace;
  readonly #cores: number;
  readonly #progress: Progress;
  /** Has imported the workflow already, as the process that has read it. */
  #reader: StepProcess | undefined;
  readonly #readIn: Surroundings;
  #spares: Spare[] = [];
  /** What nobody waits for before the end of the run, which sees a failure. */
  readonly #discarded: Promise<void>[] = [];

  constructor(workplace: Workplace, cores = availableParallelism(), progress: Progress = { hasStarted: false }) {
    this.#workplace = workplace;
    this.#cores = cores;
    this.#progress = progress;
    const { sandbox, environment, limiter } = workplace;
    this.#readIn = { ...sandbox.forLoader(environment), limits: limiter.ofRun, copy: undefined };
  }

  /** For a job that runs beside this one's. */
  another(): StepPool {
    return new StepPool(this.#workplace, this.#cores, this.#progress);
  }

  /** Takes over the process that has read the workflows. */
  adopt(reader: StepProcess): void {
    this.#reader = reader;
  }

  /** Whether the process that has read the workflows is what a step with these surroundings starts in. */
  canStart({ surroundings, variables }: StepStart): boolean {
    if (this.#reader === undefined || this.#reader.child.hasEnded || this.#progress.hasStarted) return false;
    if (!alike(this.#readIn, surroundings)) return false;
    // A module may have looked at them when it was imported.
    return Object.entries(variables).every(([name, value]) => this.#readIn.environment[name] === value);
  }

  /** For a first step that the process which reads the workflows does not run, with what most jobs ask for. */
  prepareFirst(): void {
    const { sandbox, copies } = this.#workplace;
    if (!sandbox.runsImages && !copies) this.prepare(this.#readIn, 1);
  }

  /** @param steps how many are still to start */
  prepare(surroundings: Surroundings, steps: number): void {
    this.#dropOthers(surroundings);
    while (this.#spares.length < Math.min(steps, maxSpares, this.#cores)) {
      const process = StepProcess.launch(this.#workplace, surroundings);
      // The caller that takes it sees the failure.
      process.catch(() => undefined);
      this.#spares.push({ surroundings, process });
    }
  }

  async take(start: StepStart): Promise<StepProcess> {
    const { surroundings } = start;
    const reader = this.canStart(start) ? this.#reader : undefined;
    this.#progress.hasStarted = true;
    if (reader === undefined) this.dropReader();
    this.#reader = undefined;
    if (reader !== undefined) return reader;
    this.#dropOthers(surroundings);
    return this.#spares.shift()?.process ?? StepProcess.launch(this.#workplace, surroundings);
  }

  /** What it has read may be out of date. */
  dropReader(): void {
    if (this.#reader === undefined) return;
    this.#discard(this.#reader.discard());
    this.#reader = undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.discard(), ...this.#discarded.splice(0), ...this.#spares.splice(0).map(end)]);
    this.#reader = undefined;
  }

  #dropOthers(surroundings: Surroundings): void {
    const others = this.#spares.filter((spare) => !alike(spare.surroundings, surroundings));
    if (others.length === 0) return;
    this.#spares = this.#spares.filter((spare) => !others.includes(spare));
    for (const spare of others) this.#discard(end(spare));
  }

  #discard(ending: Promise<void>): void {
    ending.catch(() => undefined);
    this.#discarded.push(ending);
  }
}

async function end(spare: Spare): Promise<void> {
  const process = await spare.process.catch(() => undefined);
  await process?.discard();
}

/** Environments need no comparison: a sandbox's environment follows from its image. */
function alike(left: Surroundings, right: Surroundings): boolean {
  return (
    left.network === right.network &&
    left.image === right.image &&
    left.copy === right.copy &&
    sameLimits(left.limits, right.limits)
  );
}
