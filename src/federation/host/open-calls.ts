import { BackendError } from '@kici-dev/secret-backend';

/** Tracks calls in progress; after `end` no other begins. */
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

  /** Waits for the calls in progress, each of which has a deadline. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#open);
  }
}
