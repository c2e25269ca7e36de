import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How long a trial may take. */
export const tryMs = 10_000;

/**
 * The first of all processes: the others end with it, and what loses its parent is its child. What it says itself of a
 * signal is not the step's output. Others count on from its first argument, so that scripts which call a file after
 * their number do not meet those of another step, which some kernels do not let it choose.
 */
export const firstProcess = [
  'ulimit -c 0',
  '{ echo "$1" > /proc/sys/kernel/ns_last_pid; } 2>/dev/null',
  'shift',
  'exec 9>&2 2>/dev/null',
  'unset PWD OLDPWD SHLVL',
  '( exec "$@" 2>&9 9>&- )',
  'exit $?',
].join('; ');

/** Makes a command line one whose process is the first of a namespace of its own. */
export type Namespaces = (command: readonly string[]) => readonly string[];

/** Where util-linux is. PATH is not searched: a run's first process starts before the project's folders are known. */
const programFolders = ['/usr/bin', '/bin', '/run/current-system/sw/bin'];
/** Whose files the configuration of OpenSSH includes. */
const sshFolder = '/etc/ssh/ssh_config.d';

/**
 * Makes a process the first of a namespace of its own, which ends with its starter and which no process can leave. Root
 * needs no namespace of users for it, and keeps all its rights. In one of users, root's files seem to be nobody's, and
 * OpenSSH refuses such files where its configuration includes them.
 * @returns undefined where the programs for it are missing or ssh would fail; the machine may forbid it all the same
 */
export function installedNamespaces(user = process.getuid?.(), included = sshFolder): Namespaces | undefined {
  const [setpriv, unshare] = [installed('setpriv'), installed('unshare')];
  if (setpriv === undefined || unshare === undefined) return undefined;
  const isRoot = user === 0;
  if (!isRoot && isFilled(included)) return undefined;
  // Rights in a namespace of its own, which the first process needs and no other gets.
  const users = isRoot ? [] : ['--map-current-user', '--keep-caps'];
  const own = ['--pid', '--fork', '--kill-child', '--mount', '--propagation', 'unchanged', '--mount-proc'];
  const outer = [setpriv, '--pdeathsig', 'KILL', unshare, ...users, ...own, '/bin/sh', '-c', firstProcess, 'sh'];
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

function isFilled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

function installed(name: string): string | undefined {
  return programFolders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Any that leaves room for more after it on every system. */
function firstNumber(): number {
  return 1_000 + Math.floor(Math.random() * 29_000);
}
