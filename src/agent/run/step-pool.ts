import type { Surroundings } from '../sandbox/profile.ts';
import { StepProcess, type Workplace } from '../process/step-process.ts';

/** Starts the next step's process while the current step runs, so that no step waits for its process. */
export class StepPool {
  readonly #workplace: Workplace;
  #spare: { readonly surroundings: Surroundings; readonly process: Promise<StepProcess> } | undefined;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
  }

  prepare(surroundings: Surroundings): void {
    if (this.#spare !== undefined) return;
    const process = StepProcess.launch(this.#workplace, surroundings);
    // The caller that takes it sees the failure.
    process.catch(() => undefined);
    this.#spare = { surroundings, process };
  }

  async take(surroundings: Surroundings): Promise<StepProcess> {
    if (this.#spare !== undefined && !alike(this.#spare.surroundings, surroundings)) await this.close();
    const taken = this.#spare?.process ?? StepProcess.launch(this.#workplace, surroundings);
    this.#spare = undefined;
    return taken;
  }

  async close(): Promise<void> {
    const spare = this.#spare;
    this.#spare = undefined;
    const process = await spare?.process.catch(() => undefined);
    await process?.discard();
  }
}

/** Environments need no comparison: a sandbox's environment follows from its image. */
function alike(left: Surroundings, right: Surroundings): boolean {
  return left.network === right.network && left.image === right.image;
}
