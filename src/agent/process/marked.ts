import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { allProcesses, processStatus, type ProcessStatus } from './process-status.ts';

/**
 * Every process of a step has this variable unless it removed it: the path of a file in a folder that belongs to the
 * step alone.
 */
const variable = 'KICI_ENV=';
/** Limits the rounds against processes that start others while being ended. */
const maxLooks = 50;
const lookMs = 20;

/**
 * Kills processes with one of these marks in their environment, each with its whole session: such a process descends
 * from its session's first process, and that one from a step. Only marks are remembered, so a reused process number is
 * never hit.
 * @returns whether none is left; true if the system has no /proc
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
    // It has ended, or belongs to another user.
    return false;
  }
}

function kill({ pid, started }: ProcessStatus): void {
  try {
    if (processStatus(pid)?.started === started) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended on its own.
  }
}
