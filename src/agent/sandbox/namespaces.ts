import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './program-path.ts';

const tryMs = 10_000;

/**
 * The first of all processes: the others end with it, and what loses its parent is its child. What it says itself of a
 * signal is not the step's output.
 */
const first = 'ulimit -c 0; exec 9>&2 2>/dev/null; ( exec "$@" 2>&9 9>&- ); exit $?';

/**
 * What makes a process the first of a namespace of its own, which ends with its starter, and which no process can
 * leave. Root needs no namespace of users for it, and keeps all its rights.
 * @param searchPath where its programs are looked for
 * @returns the start of a command line; undefined where this machine allows none
 */
export async function findNamespaces(searchPath: string): Promise<readonly string[] | undefined> {
  const [setpriv, unshare] = await Promise.all([
    findProgram('setpriv', searchPath),
    findProgram('unshare', searchPath),
  ]);
  if (setpriv === undefined || unshare === undefined) return undefined;
  const users = process.getuid?.() === 0 ? [] : ['--map-current-user'];
  const command = [
    ...[setpriv, '--pdeathsig', 'KILL'],
    ...[unshare, ...users, '--pid', '--fork', '--kill-child', '--mount', '--propagation', 'unchanged', '--mount-proc'],
    ...['/bin/sh', '-c', first, 'sh'],
  ];
  try {
    await promisify(execFile)(command[0] ?? setpriv, [...command.slice(1), '/bin/true'], { timeout: tryMs, cwd: '/' });
    return command;
  } catch {
    return undefined;
  }
}
