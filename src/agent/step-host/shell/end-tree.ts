import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to a process and, where the system has Linux's /proc, to all that it started and that still belongs to it. */
export function signalTree(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGPIPE'): void {
  // Gathered before the first one ends, since its children would belong to somebody else then.
  for (const one of [pid, ...descendants(pid)]) {
    try {
      process.kill(one, signal);
    } catch {
      // It is gone.
    }
  }
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
