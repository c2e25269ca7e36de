import type { Surroundings } from '../sandbox/profile.ts';
import { StepProcess, type Workplace } from '../process/step-process.ts';

export interface StepStart {
  readonly surroundings: Surroundings;
  /** The job's, on top of the process's own environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts the next step's process while the current step runs, so that a step does not wait for it. */
export class StepPool {
  #discarded: Promise<void> | undefined;
  readonly #workplace: Workplace;
  /** Has imported the workflow already, as the process that has read it. */
  #reader: StepProcess | undefined;
  readonly #readIn: Surroundings;
  #spare: { readonly surroundings: Surroundings; readonly process: Promise<StepProcess> } | undefined;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
    this.#readIn = workplace.sandbox.forLoader(workplace.environment);
  }

  /** Takes over the process that has read the workflows. */
  adopt(reader: StepProcess): void {
    this.#reader = reader;
  }

  /** Whether the process that has read the workflows is what a step with these surroundings starts in. */
  canStart({ surroundings, variables }: StepStart): boolean {
    if (this.#reader === undefined || !alike(this.#readIn, surroundings)) return false;
    // A module may have looked at them when it was imported.
    return Object.entries(variables).every(([name, value]) => this.#readIn.environment[name] === value);
  }

  prepare(surroundings: Surroundings): void {
    if (this.#spare !== undefined) return;
    const process = StepProcess.launch(this.#workplace, surroundings);
    // The caller that takes it sees the failure.
    process.catch(() => undefined);
    this.#spare = { surroundings, process };
  }

  async take(start: StepStart): Promise<StepProcess> {
    const { surroundings } = start;
    const reader = this.#reader;
    const isFit = this.canStart(start);
    this.#reader = undefined;
    if (isFit && reader !== undefined) return reader;
    this.#discarded ??= reader?.discard();
    if (this.#spare !== undefined && !alike(this.#spare.surroundings, surroundings)) await this.#closeSpare();
    const taken = this.#spare?.process ?? StepProcess.launch(this.#workplace, surroundings);
    this.#spare = undefined;
    return taken;
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader?.discard(), this.#discarded, this.#closeSpare()]);
    this.#reader = undefined;
  }

  async #closeSpare(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    const process = await spare?.process.catch(() => undefined);
    await process?.discard();
  }
}

/** A sandbox's environment follows from its image. */
function alike(left: Surroundings, right: Surroundings): boolean {
  return left.network === right.network && left.image === right.image;
}
