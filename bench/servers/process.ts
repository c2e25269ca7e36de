import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Clock ticks of /proc/PID/stat in a second, on Linux everywhere. */
const ticksPerSecond = 100;

/** A program on the first core alone; who asks it has the others. */
export function spawnPinned(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const [program = '', ...args] = availableParallelism() > 1 ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${String(chunk)}`.slice(-mostSaid);
  });
  child.once('exit', (code, signal) => {
    if (!ended.has(child)) console.error(`${command.join(' ')} ended by itself (${code ?? signal}): ${said}`);
  });
  return child;
}

/** Characters of a server's complaints that are kept, until it ends by itself. */
const mostSaid = 4_096;
const ended = new WeakSet<ChildProcess>();

export async function endProcess(child: ChildProcess): Promise<void> {
  ended.add(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** The first address that a program prints. */
export async function urlOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(chunk);
    const url = /http:\/\/[\d.:]+/.exec(text)?.[0];
    if (url === undefined) continue;
    child.stdout?.resume();
    return url;
  }
  throw new Error(`no address in ${JSON.stringify(text)}`);
}

/** User and system time of a process. */
export function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process in MiB, now and at most. */
export function memoryOf({ pid }: ChildProcess): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { now: kib('VmRSS') / 1_024, most: kib('VmHWM') / 1_024 };
}
