import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { allProcesses, processStatus, type ProcessStatus } from './process-status.ts';

/**
 * Every process of a step has it, unless it has thrown it away: the path of a file in a folder that is the step's
 * alone.
 */
const variable = 'KICI_ENV=';
/** What starts others while it is ended is met again. */
const maxLooks = 50;
const lookMs = 20;

/**
 * Kills processes with one of these marks in their environment, each with its whole session: each such process
 * descends from the one that began the session, and that one from a step. A number that was given to another process
 * since is never met, since nothing is remembered but the mark.
 * @param since when the first of them can have started, in clock ticks since boot
 * @returns whether none is left; true where the system has no /proc to tell
 */
export async function endMarked(marks: ReadonlySet<string>, since = 0): Promise<boolean> {
  if (marks.size === 0) return true;
  for (let look = 0; look < maxLooks; look += 1) {
    if (look > 0) await pause(lookMs);
    const found = findMarked(marks, since);
    if (found.length === 0) return true;
    for (const one of found) kill(one);
  }
  return false;
}

function findMarked(marks: ReadonlySet<string>, since: number): readonly ProcessStatus[] {
  const running = (allProcesses() ?? []).filter(
    ({ pid, started, isZombie }) => pid !== process.pid && !isZombie && Number(started) >= since,
  );
  const sessions = new Set(running.filter(({ pid }) => hasMark(pid, marks)).map(({ session }) => session));
  return running.filter(({ session }) => sessions.has(session));
}

function hasMark(pid: number, marks: ReadonlySet<string>): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return environment
      .split('\0')
      .some((entry) => entry.startsWith(variable) && marks.has(entry.slice(variable.length)));
  } catch {
    // It has ended, or is another user's.
    return false;
  }
}

function kill({ pid, started }: ProcessStatus): void {
  try {
    if (processStatus(pid)?.started === started) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
