import type { StepPool } from './step-pool.ts';

/** One pool per running job, since each has its own next step; a pool that a job returns serves the next. */
export class PoolSet {
  readonly #first: StepPool;
  readonly #idle: StepPool[];

  /** @param first already has a process */
  constructor(first: StepPool) {
    this.#first = first;
    this.#idle = [first];
  }

  async lend<T>(use: (pool: StepPool) => Promise<T>): Promise<T> {
    const pool = this.#idle.shift() ?? this.#first.another();
    try {
      return await use(pool);
    } finally {
      pool.dropReader();
      this.#idle.push(pool);
    }
  }

  /** To be called when no pool is lent out. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.map(async (pool) => pool.close()));
  }
}
