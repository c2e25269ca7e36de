/** How much of a step's output is passed on. */
export class OutputAllowance {
  #left: number;
  readonly #onEnd: () => void;
  isExceeded = false;

  /** @param onEnd called once, when the step prints more */
  constructor(bytes: number | undefined, onEnd: () => void) {
    this.#left = bytes ?? Number.POSITIVE_INFINITY;
    this.#onEnd = onEnd;
  }

  /** What of it there is room for. */
  take(bytes: Uint8Array): Uint8Array {
    const taken = bytes.byteLength <= this.#left ? bytes : bytes.subarray(0, this.#left);
    this.#left -= taken.byteLength;
    if (taken.byteLength < bytes.byteLength && !this.isExceeded) {
      this.isExceeded = true;
      this.#onEnd();
    }
    return taken;
  }
}
