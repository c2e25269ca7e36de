import type { Fault } from '@kici-dev/secret-backend-conformance';

/** What the next requests meet. */
export class FaultScript {
  #kind: Fault | undefined;
  #left = 0;

  set(kind: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#kind = kind;
    this.#left = times;
  }

  heal(): void {
    this.#left = 0;
  }

  next(): Fault | undefined {
    if (this.#left <= 0) return undefined;
    this.#left -= 1;
    return this.#kind;
  }
}
