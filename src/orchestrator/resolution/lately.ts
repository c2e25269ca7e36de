/** For jobs that start one right after the other. In milliseconds. */
const keptMs = 1_000;

interface Kept<T> {
  readonly thing: T;
  readonly size: number;
  readonly end: NodeJS.Timeout;
}

/** Holds each thing for a moment after it was put there last, and no more of them than a size allows. */
export class Lately<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #most: number;
  #size = 0;

  /** @param most how large all of them may be together */
  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): T | undefined {
    return this.#kept.get(name)?.thing;
  }

  keep(name: string, thing: T, size: number): void {
    this.#drop(name);
    if (size > this.#most) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#size + size <= this.#most) break;
      this.#drop(oldest);
    }
    const end = setTimeout(() => {
      this.#drop(name);
    }, keptMs).unref();
    this.#kept.set(name, { thing, size, end });
    this.#size += size;
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    clearTimeout(kept.end);
    this.#kept.delete(name);
    this.#size -= kept.size;
  }
}
