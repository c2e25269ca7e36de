import { writeFileSync } from 'node:fs';

/**
 * Keeps the memory of this process, and of those that it starts, out of core dumps, also of those that a program such
 * as systemd-coredump takes, which a limit of zero does not stop (man 5 core). What registers hold at that moment
 * remains.
 * @returns whether the system has a way to do it
 */
export function keepOutOfCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return true;
  } catch {
    return false;
  }
}
