import { readdirSync, readFileSync } from 'node:fs';
import { processStatus } from '../../process/process-status.ts';

/** A process with all that it has started and, where the system has Linux's /proc, all that these have. */
export class ProcessTree {
  /** When each has started, by which it is told apart from a later one with its number; `undefined`: the system does not tell. */
  readonly #known: Map<number, string | undefined>;

  constructor(pid: number) {
    this.#known = new Map([[pid, processStatus(pid)?.started]]);
  }

  /** Those too that were met before and whose parents have ended since. */
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGPIPE'): void {
    // Gathered before the first one ends, since its children would belong to somebody else then.
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
    // A set gives what is added to it on the way, too.
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
