import { StepProcess, type Workplace } from '../process/step-process.ts';

/** Starts the next step's process while the current step runs, so that a step does not wait for it. */
export class StepPool {
  readonly #workplace: Workplace;
  #spare: { readonly network: boolean; readonly process: Promise<StepProcess> } | undefined;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
  }

  prepare(network: boolean): void {
    if (this.#spare !== undefined) return;
    const process = StepProcess.launch(this.#workplace, network);
    // Whoever takes it sees the failure.
    process.catch(() => undefined);
    this.#spare = { network, process };
  }

  async take(network: boolean): Promise<StepProcess> {
    if (this.#spare?.network !== network) await this.close();
    this.prepare(network);
    const taken = this.#spare?.process ?? StepProcess.launch(this.#workplace, network);
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
