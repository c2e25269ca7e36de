import { BackendError } from '@kici-dev/secret-backend';

/** Calls that are under way; once ended, no other begins. */
export class OpenCalls {
  readonly #open = new Set<Promise<unknown>>();
  #ended = false;

  /** @throws BackendError `closed` */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#ended) throw new BackendError('closed');
    const answer = call();
    this.#open.add(answer);
    try {
      return await answer;
    } finally {
      this.#open.delete(answer);
    }
  }

  /** Waits for those under way, each of which has a deadline. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#open);
  }
}
