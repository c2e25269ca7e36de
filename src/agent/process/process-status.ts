import { readdirSync, readFileSync } from 'node:fs';

/** What Linux's /proc tells of a process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** In clock ticks since boot. */
  readonly started: string;
  /** It has ended, and nobody has asked how yet. */
  readonly isZombie: boolean;
}

/** Undefined where there is no such process, or no /proc. */
export function processStatus(pid: number | 'self'): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold blanks and brackets itself.
    const [state = '', , group = '', session = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const started = rest[15];
    return started === undefined
      ? undefined
      : {
          pid: Number.parseInt(stat, 10),
          group: Number(group),
          session: Number(session),
          started,
          isZombie: state === 'Z' || state === 'X',
        };
  } catch {
    return undefined;
  }
}

/** Undefined where there is no /proc. */
export function allProcesses(): readonly ProcessStatus[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^[1-9][0-9]*$/.test(name))
      .flatMap((name) => processStatus(Number(name)) ?? []);
  } catch {
    return undefined;
  }
}

/** Whether any process of a group still runs. */
export function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  // What has ended counts for the system until its parent has asked how, which some parents never do.
  return allProcesses()?.some((one) => one.group === group && !one.isZombie) ?? true;
}
