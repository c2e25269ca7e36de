import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { findProgram } from './program-path.ts';

const tryMs = 10_000;
/** Every system has room for more after them. */
const firstNumbers = [1_000, 30_000] as const;

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

/**
 * What makes a process the first of a namespace of its own, which ends with its starter, and which no process can
 * leave. Root needs no namespace of users for it, and keeps all its rights.
 * @param searchPath where its programs are looked for
 * @returns undefined where this machine allows none
 */
export async function findNamespaces(searchPath: string): Promise<Namespaces | undefined> {
  const [setpriv, unshare] = await Promise.all([
    findProgram('setpriv', searchPath),
    findProgram('unshare', searchPath),
  ]);
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
  const namespaces: Namespaces = (command) => [...outer, `${randomInt(...firstNumbers)}`, ...inner, ...command];
  const [file = setpriv, ...args] = namespaces(['/bin/true']);
  try {
    await promisify(execFile)(file, args, { timeout: tryMs, cwd: '/' });
    return namespaces;
  } catch {
    return undefined;
  }
}
