import type { Workplace } from '../process/step-process.ts';
import { StepPool } from './step-pool.ts';

/** A pool for each job that runs, since each has its own next step; one that a job has left serves the next. */
export class PoolSet {
  readonly #workplace: Workplace;
  readonly #idle: StepPool[];

  /** @param first has a process already */
  constructor(workplace: Workplace, first: StepPool) {
    this.#workplace = workplace;
    this.#idle = [first];
  }

  async lend<T>(use: (pool: StepPool) => Promise<T>): Promise<T> {
    const pool = this.#idle.shift() ?? new StepPool(this.#workplace);
    try {
      return await use(pool);
    } finally {
      this.#idle.push(pool);
    }
  }

  /** When nothing is lent any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.map(async (pool) => pool.close()));
  }
}
