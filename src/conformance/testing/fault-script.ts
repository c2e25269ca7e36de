import type { Fault } from '../harness.ts';

/** Which fault the next requests to a fake meet. */
export class FaultScript {
  #kind: Fault | undefined;
  #left = 0;
  #untouched = 0;

  /** @param times how many requests meet it; default: every one until `heal` */
  set(kind: Fault, times: number = Number.POSITIVE_INFINITY): void {
    this.#kind = kind;
    this.#left = times;
  }

  /** Lets some requests through before the fault begins. */
  skip(requests: number): void {
    this.#untouched = requests;
  }

  heal(): void {
    this.#left = 0;
    this.#untouched = 0;
  }

  /** To be called at the start of each request. */
  next(): Fault | undefined {
    if (this.#untouched > 0) {
      this.#untouched -= 1;
      return undefined;
    }
    if (this.#left === 0) return undefined;
    this.#left -= 1;
    return this.#kind;
  }
}
