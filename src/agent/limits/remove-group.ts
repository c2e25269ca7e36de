import { readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCode } from '../agent-error.ts';

const maxLooks = 100;
const lookMs = 20;

/** Ends what is in it. @throws when it cannot be removed */
export async function removeGroup(folder: string): Promise<void> {
  for (let look = 0; ; look += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after another
      await rmdir(folder);
      return;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return;
      if (systemCode(error) !== 'EBUSY' || look === maxLooks) throw error;
    }
    // oxlint-disable-next-line no-await-in-loop -- what starts others while it is ended is met again
    await endAll(folder);
  }
}

async function endAll(folder: string): Promise<void> {
  const pids = (await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  await pause(lookMs);
}
