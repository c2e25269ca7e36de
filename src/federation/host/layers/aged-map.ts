export interface Aged<V> {
  readonly value: V;
  readonly ageMs: number;
}

interface Entry<V> {
  readonly value: V;
  readonly since: Moment;
}

/** Two clocks: one that people can set, and one that may stand still while the machine sleeps. */
interface Moment {
  readonly wall: number;
  readonly steady: number;
}

/** Values with their time of arrival, none kept beyond the retention; the oldest make room. */
export class AgedMap<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #retentionMs: number;
  readonly #limit: number;
  #sweep: NodeJS.Timeout | undefined;

  constructor(retentionMs: number, limit: number) {
    this.#retentionMs = retentionMs;
    this.#limit = limit;
  }

  get(key: string, maxAgeMs: number): Aged<V> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const ageMs = ageOf(entry.since);
    return ageMs < maxAgeMs ? { value: entry.value, ageMs } : undefined;
  }

  set(key: string, value: V): void {
    if (this.#retentionMs <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { value, since: { wall: Date.now(), steady: performance.now() } });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
    this.#sweep ??= setTimeout(() => this.#dropOld(), this.#retentionMs).unref();
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  deleteWhere(drop: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (drop(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
  }

  /** Also drops values that nobody requests again. */
  #dropOld(): void {
    for (const [key, { since }] of this.#entries) if (ageOf(since) >= this.#retentionMs) this.#entries.delete(key);
    const next = this.#entries.values().next().value;
    this.#sweep =
      next === undefined ? undefined : setTimeout(() => this.#dropOld(), this.#retentionMs - ageOf(next.since)).unref();
  }
}

/** The larger age of the two clocks: setting a clock back makes nothing younger. */
function ageOf({ wall, steady }: Moment): number {
  return Math.max(Date.now() - wall, Math.floor(performance.now() - steady));
}
