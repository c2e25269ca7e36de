import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Masker } from '@kici-dev/secret-masker';
import { AgentError, systemCode } from '../agent-error.ts';
import { isForeground } from './terminal.ts';

/** Writes, and resolves when there is room for more. */
export type ChildIo = Readonly<Record<'stdout' | 'stderr', (bytes: Uint8Array) => Promise<void>>>;

export interface ChildRun {
  readonly command: readonly [string, ...string[]];
  readonly variables: Readonly<Record<string, string>>;
  /** Default: output goes to this process's own descriptors, and so to its terminal. */
  readonly masker: Masker | undefined;
  readonly io: ChildIo;
  readonly signal: AbortSignal;
}

const passed = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
type Passed = (typeof passed)[number];
/** The same time that a step gets to end. */
const graceMs = 5_000;
/** Processes that the program started may hold its output open after it has ended. */
const drainMs = 5_000;

/**
 * @returns the exit code; after a signal 128 plus its number
 * @throws AgentError (`command_not_found`, `command_not_started`)
 */
export async function runChild({ command, variables, masker, io, signal }: ChildRun): Promise<number> {
  // Before the program starts: it may report ready, and be told to end, before the next line here runs.
  const stop = passSignals(signal, (name) => child?.kill(name));
  let child: ChildProcess | undefined;
  try {
    child = start(command, variables, masker !== undefined);
    const ended = endOf(child, command[0]);
    const output =
      masker === undefined
        ? []
        : [maskInto(child.stdout, masker, io.stdout), maskInto(child.stderr, masker, io.stderr)];
    const code = await ended;
    const late = new AbortController();
    await Promise.race([
      Promise.all(output),
      pause(drainMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    return code;
  } finally {
    stop();
    child?.stdout?.destroy();
    child?.stderr?.destroy();
  }
}

/** @throws AgentError if the system refuses at once, such as for too many arguments */
function start([file, ...args]: ChildRun['command'], env: ChildRun['variables'], piped: boolean): ChildProcess {
  try {
    return spawn(file, args, { env, stdio: piped ? ['inherit', 'pipe', 'pipe'] : 'inherit' });
  } catch (error) {
    throw notStarted(file, error);
  }
}

function endOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(notStarted(file, error));
    });
    child.once('exit', (code, by) => {
      resolve(code ?? 128 + (by === null ? 0 : constants.signals[by]));
    });
  });
}

/**
 * Passes signals on to the program. A request to end everything (SIGTERM, SIGHUP, a lost parent) kills it after five
 * seconds; a Ctrl-C is the program's own business.
 */
function passSignals(signal: AbortSignal, kill: (name: NodeJS.Signals) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let heard = false;
  const pass = (name: Passed): void => {
    heard = true;
    const isKey = name === 'SIGINT' || name === 'SIGQUIT';
    // A terminal signals every process in the foreground; passing it on would be a second Ctrl-C.
    if (!(isKey && isForeground())) kill(name);
    if (name === 'SIGTERM' || name === 'SIGHUP')
      timer ??= setTimeout(() => {
        kill('SIGKILL');
      }, graceMs);
  };
  // No signal arrives when this process's parent is gone.
  const onAbort = (): void => {
    setImmediate(() => {
      if (!heard) pass('SIGTERM');
    });
  };
  for (const name of passed) process.on(name, pass);
  signal.addEventListener('abort', onAbort);
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    for (const name of passed) process.removeListener(name, pass);
  };
}

async function maskInto(
  stream: Readable | null,
  masker: Masker,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  if (stream === null) return;
  const masked = masker.open();
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) await write(Buffer.concat(masked.write(chunk)));
  } catch {
    // The wait for output ended early; what has arrived still goes out.
  }
  await write(Buffer.concat(masked.end()));
}

function notStarted(file: string, error: unknown): AgentError {
  const code = systemCode(error);
  return code === 'ENOENT'
    ? new AgentError('command_not_found', `there is no program ${JSON.stringify(file)}`, 'check its name and PATH')
    : new AgentError(
        'command_not_started',
        `${JSON.stringify(file)} cannot be started (${code ?? 'unknown'})`,
        'check that it is a program that you may run',
      );
}
