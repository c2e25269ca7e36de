import { hash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { processStatus } from './process-status.ts';

/** Identifies a process even if a later one gets the same number. */
export interface ProcessIdentity {
  /** Where the number is valid: a machine, or a container with its own process numbers. */
  readonly place: string;
  readonly pid: number;
  /** When it started, as the system counts; `0` if the system does not say. */
  readonly started: string;
}

export async function processIdentity(): Promise<ProcessIdentity> {
  const machine = await readFile('/etc/machine-id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return {
    place: hash('sha256', `${machine} ${namespace}`).slice(0, 16),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? '0',
  };
}

/** For a process of the same place only; those elsewhere cannot be seen from here. */
export async function isRunning({ pid, started }: Omit<ProcessIdentity, 'place'>): Promise<boolean> {
  if (started !== '0') return (await startOf(pid)) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** From Linux's /proc: clock ticks since boot, together with the boot's id. A zombie counts as ended. */
async function startOf(pid: number): Promise<string | undefined> {
  const status = processStatus(pid);
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  return status === undefined || status.isZombie || boot === undefined
    ? undefined
    : `${boot.slice(0, 8)}${status.started}`;
}
