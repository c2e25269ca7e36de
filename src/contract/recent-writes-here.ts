import { isLater, recentMs, type RecentWrite, type RecentWrites } from './recent-writes.ts';

/** Beyond these, the oldest make room. */
const keptNames = 10_000;

/** Recent writes of one backend, in memory. */
export class RecentWritesHere implements RecentWrites {
  readonly #writes = new Map<string, { readonly write: RecentWrite; readonly until: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  record(name: string, write: RecentWrite): Promise<void> {
    this.keep(name, write, this.#now() + recentMs);
    return Promise.resolve();
  }

  of(name: string): Promise<RecentWrite | undefined> {
    return Promise.resolve(this.find(name));
  }

  forget(name: string, write: RecentWrite): Promise<void> {
    this.drop(name, write);
    return Promise.resolve();
  }

  keep(name: string, write: RecentWrite, until: number): void {
    const before = this.#writes.get(name);
    if (before !== undefined && !isLater(write, before.write)) return;
    this.#writes.delete(name);
    this.#writes.set(name, { write, until });
    const [oldest] = this.#writes.keys();
    if (this.#writes.size > keptNames && oldest !== undefined) this.#writes.delete(oldest);
  }

  find(name: string): RecentWrite | undefined {
    const kept = this.#writes.get(name);
    if (kept === undefined || kept.until > this.#now()) return kept?.write;
    this.#writes.delete(name);
    return undefined;
  }

  drop(name: string, { version, at }: RecentWrite): void {
    const kept = this.#writes.get(name)?.write;
    if (kept?.version === version && kept.at === at) this.#writes.delete(name);
  }
}
