export interface Aged<V> {
  readonly value: V;
  readonly ageMs: number;
}

/** Values with the time of their coming, none of which outlives the retention; the oldest make room. */
export class AgedMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly since: number }>();
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
    const ageMs = Date.now() - entry.since;
    return ageMs >= 0 && ageMs < maxAgeMs ? { value: entry.value, ageMs } : undefined;
  }

  set(key: string, value: V): void {
    if (this.#retentionMs <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { value, since: Date.now() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
    this.#sweep ??= setTimeout(() => this.#dropOld(), this.#retentionMs).unref();
  }

  deleteWhere(drop: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (drop(value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
  }

  /** A value that nobody asks for again must not stay in memory. */
  #dropOld(): void {
    const oldest = Date.now() - this.#retentionMs;
    for (const [key, { since }] of this.#entries) if (since <= oldest) this.#entries.delete(key);
    const next = this.#entries.values().next().value;
    this.#sweep = next === undefined ? undefined : setTimeout(() => this.#dropOld(), next.since - oldest).unref();
  }
}
