import { readdirSync, readFileSync } from 'node:fs';
import { processStatus } from '../../process/process-status.ts';

/** A process with all that it started and, if the system has Linux's /proc, all that those started. */
export class ProcessTree {
  /** When each started, to tell it from a later process with its number; `undefined`: the system does not say. */
  readonly #known: Map<number, string | undefined>;

  constructor(pid: number) {
    this.#known = new Map([[pid, processStatus(pid)?.started]]);
  }

  /** Includes processes met before whose parents have ended since. */
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGPIPE'): void {
    // Gathered before the first one ends, since its children would then get another parent.
    for (const pid of this.#gather()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It is gone.
      }
    }
  }

  #gather(): readonly number[] {
    const running = [...this.#known].filter(([pid, started]) => processStatus(pid)?.started === started);
    const all = new Set(running.map(([pid]) => pid));
    // Iterating over a set includes what is added on the way.
    for (const pid of all) for (const child of childrenOf(pid)) all.add(child);
    for (const pid of all) if (!this.#known.has(pid)) this.#known.set(pid, processStatus(pid)?.started);
    return [...all];
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
