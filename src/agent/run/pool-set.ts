import type { Workplace } from '../process/step-process.ts';
import { StepPool } from './step-pool.ts';

/** One pool per running job, since each has its own next step; a pool that a job returns serves the next. */
export class PoolSet {
  readonly #workplace: Workplace;
  readonly #idle: StepPool[];

  /** @param first already has a process */
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

  /** To be called when no pool is lent out. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.map(async (pool) => pool.close()));
  }
}
