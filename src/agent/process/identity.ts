import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system counts; `0` where the system does not tell. */
  readonly started: string;
}

export async function processIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: await startOf(process.pid) ?? '0' };
}

export async function isRunning({ pid, started }: ProcessIdentity): Promise<boolean> {
  if (started !== '0') return await startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** From Linux's /proc: clock ticks since boot, with the boot they count from. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/sys/kernel/random/boot_id', 'utf8')]);
    // The second field is the program's name in brackets, which may hold blanks and brackets itself.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot.slice(0, 8)}${ticks}`;
  } catch {
    return undefined;
  }
}
