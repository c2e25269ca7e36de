/** For jobs that start one right after the other. In milliseconds. */
const keptMs = 1_000;

/** Holds each thing for a moment after it was put there last. */
export class Lately<T> {
  readonly #kept = new Map<string, { readonly thing: T; readonly end: NodeJS.Timeout }>();

  get(name: string): T | undefined {
    return this.#kept.get(name)?.thing;
  }

  keep(name: string, thing: T): void {
    clearTimeout(this.#kept.get(name)?.end);
    const end = setTimeout(() => this.#kept.delete(name), keptMs).unref();
    this.#kept.set(name, { thing, end });
  }
}
