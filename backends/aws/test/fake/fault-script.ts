import type { Fault } from '@kici-dev/secret-backend-conformance';

/** What the next requests meet. */
export class FaultScript {
  #kind: Fault | undefined;
  #left = 0;
  #untouched = 0;

  set(kind: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#kind = kind;
    this.#left = times;
  }

  /** Lets the next requests through before the fault begins. */
  skip(requests: number): void {
    this.#untouched = requests;
  }

  heal(): void {
    this.#left = 0;
    this.#untouched = 0;
  }

  next(): Fault | undefined {
    if (this.#untouched > 0) this.#untouched -= 1;
    else if (this.#left > 0) return this.#take();
    return undefined;
  }

  #take(): Fault | undefined {
    this.#left -= 1;
    return this.#kind;
  }
}
