import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCode } from '../agent-error.ts';

const maxLooks = 100;
const lookMs = 20;

/** Ends what is in it and in the groups that it holds, which go first. @throws when it cannot be removed */
export async function removeGroup(folder: string): Promise<void> {
  for (let look = 0; ; look += 1) {
    try {
      // oxlint-disable no-await-in-loop -- one try after another
      await rmdir(folder);
      return;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (code === 'ENOENT') return;
      if (!['EBUSY', 'ENOTEMPTY'].includes(code) || look === maxLooks) throw error;
    }
    // What starts others while it is ended is met again.
    await endAll(folder);
    for (const inner of await groupsIn(folder)) await removeGroup(inner);
  }
}

async function groupsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
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
