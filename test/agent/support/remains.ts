import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A project's folder, with a home and a temporary folder beside it. */
export interface Place {
  readonly folder: string;
  readonly home: string;
  readonly temporary: string;
}

/** A container that was never created is waited for, for a minute. */
const patienceMs = 90_000;

/** Processes that work in the project, or have its folders in their environment or command line. */
export function processesOf(project: Place): readonly string[] {
  const root = join(project.folder, '..');
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const read = (name: string): string => {
        try {
          return readFileSync(`/proc/${pid}/${name}`, 'utf8');
        } catch {
          return '';
        }
      };
      if (/^\d+ \(.*\) [ZX] /s.test(read('stat'))) return [];
      const command = read('cmdline');
      const isOne = `${command}${read('environ')}${workingFolder(pid)}`.includes(root);
      return isOne ? [`${pid} ${command.replaceAll('\0', ' ')}`] : [];
    });
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** What a run has left: processes, temporary files and journals. */
export function remainsOf(project: Place): readonly string[] {
  const journals = join(project.home, '.local/state/kici/journal');
  return [
    ...processesOf(project),
    ...readdirSync(project.temporary),
    ...(existsSync(journals) ? readdirSync(journals) : []),
  ];
}

/** @throws what still exists after a while */
export async function expectNothingLeft(project: Place): Promise<void> {
  const latest = performance.now() + patienceMs;
  let left = remainsOf(project);
  while (left.length > 0) {
    if (performance.now() > latest) throw new Error(`still there: ${left.join('\n')}`);
    await pause(20);
    left = remainsOf(project);
  }
}

/** The shell that waits for an agent's end. */
export function watchdogOf(project: Place): number {
  const found = processesOf(project).find((line) => line.includes('kici-watchdog'));
  if (found === undefined) throw new Error('the agent has no watchdog');
  return Number.parseInt(found, 10);
}
