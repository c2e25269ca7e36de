import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const tryMs = 10_000;

/**
 * The first of all processes: the others end with it, and what loses its parent is its child. What it says itself of a
 * signal is not the step's output. Others count on from its first argument, so that scripts which call a file after
 * their number do not meet those of another step.
 */
const first = [
  'ulimit -c 0',
  'echo "$1" > /proc/sys/kernel/ns_last_pid',
  'shift',
  'exec 9>&2 2>/dev/null',
  '( exec "$@" 2>&9 9>&- )',
  'exit $?',
].join('; ');

/** Makes a command line one whose process is the first of a namespace of its own. */
export type Namespaces = (command: readonly string[]) => readonly string[];

/** Where util-linux is. No folder of PATH: the first process of a run is started before those of the project are known. */
const programFolders = ['/usr/bin', '/bin', '/run/current-system/sw/bin'];

/**
 * Makes a process the first of a namespace of its own, which ends with its starter and which no process can leave. Root
 * needs no namespace of users for it, and keeps all its rights.
 * @returns undefined where the programs for it are missing; the machine may forbid it all the same
 */
export function installedNamespaces(): Namespaces | undefined {
  const [setpriv, unshare] = [installed('setpriv'), installed('unshare')];
  if (setpriv === undefined || unshare === undefined) return undefined;
  const isRoot = process.getuid?.() === 0;
  const outer = [
    ...[setpriv, '--pdeathsig', 'KILL', unshare],
    // Rights in a namespace of its own, which the first process needs and no other gets.
    ...(isRoot ? [] : ['--map-current-user', '--keep-caps']),
    ...['--pid', '--fork', '--kill-child', '--mount', '--propagation', 'unchanged', '--mount-proc'],
    ...['/bin/sh', '-c', first, 'sh'],
  ];
  const inner = isRoot ? [] : [setpriv, '--inh-caps', '-all', '--ambient-caps', '-all'];
  return (command) => [...outer, `${firstNumber()}`, ...inner, ...command];
}

/** The same where it works. */
export async function findNamespaces(): Promise<Namespaces | undefined> {
  const namespaces = installedNamespaces();
  const [file, ...args] = namespaces?.(['/bin/true']) ?? [];
  if (file === undefined) return undefined;
  try {
    await promisify(execFile)(file, args, { timeout: tryMs, cwd: '/' });
    return namespaces;
  } catch {
    return undefined;
  }
}

function installed(name: string): string | undefined {
  return programFolders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Any that leaves room for more after it on every system. */
function firstNumber(): number {
  return 1_000 + Math.floor(Math.random() * 29_000);
}
