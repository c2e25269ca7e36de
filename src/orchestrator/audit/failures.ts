import { DatabaseUnavailableError } from '../../database/unavailable.ts';

/** Keeps what fails for one organization, such as a lost key, from stopping the work for others. */
export class Failures {
  readonly #errors: unknown[] = [];

  /**
   * @returns `undefined` if it fails
   * @throws DatabaseUnavailableError it would fail for the others too
   */
  async of<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (DatabaseUnavailableError.is(error)) throw error;
      this.#errors.push(error);
      return undefined;
    }
  }

  /** @throws AggregateError if anything has failed */
  report(): void {
    if (this.#errors.length > 0) throw new AggregateError(this.#errors, 'the work failed for some organizations');
  }
}
