/** One that can be stopped, and goes on with what is left of its time. */
export class StoppableTimer {
  #leftMs: number;
  readonly #onEnd: () => void;
  /** As `performance.now()` counts. */
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, onEnd: () => void) {
    this.#leftMs = milliseconds;
    this.#onEnd = onEnd;
  }

  goOn(): void {
    if (this.#timer !== undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onEnd, this.#leftMs);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#since));
  }
}
