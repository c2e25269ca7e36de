import { readdirSync, readFileSync } from 'node:fs';

/** What Linux's /proc says about a process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** In clock ticks since boot. */
  readonly started: string;
  /** It has ended, but its parent has not collected its status. */
  readonly isZombie: boolean;
}

/** Undefined if there is no such process, or no /proc. */
export function processStatus(pid: number | 'self'): ProcessStatus | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may itself hold blanks and brackets.
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

/** Undefined if there is no /proc. */
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
  // The system counts zombies until their parent collects them, which some parents never do.
  return allProcesses()?.some((one) => one.group === group && !one.isZombie) ?? true;
}
