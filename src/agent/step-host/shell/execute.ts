import { spawn } from 'node:child_process';
import { PassThrough, Readable, Writable } from 'node:stream';
import { ProcessTree } from './process-tree.ts';
import type { Ending } from './failure.ts';

/** How long a command may take to end once it is told to. */
const graceMs = 5_000;
/** How long a process that escaped the command's end may hold its output open in silence. */
const silenceMs = 1_000;

export interface Execution {
  readonly script: string;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly input: string | Uint8Array | PassThrough | undefined;
  /** Receives the standard output, beside `onOutput`. */
  readonly pipe: PassThrough | undefined;
  readonly timeoutMs: number | undefined;
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
}

export interface Executed {
  readonly ending: Ending;
  readonly timedOut: boolean;
}

/**
 * Runs a script in bash. Without an input it reads end-of-file at once, since nobody could type. It stays in the step's
 * group, so that both end together.
 */
export async function execute(execution: Execution): Promise<Executed> {
  const { input, pipe } = execution;
  let executed: Executed;
  try {
    executed = await start(execution);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    executed = { ending: { kind: 'not_started', error }, timedOut: false };
  }
  pipe?.end();
  // The writer gets an error once the command is gone.
  if (input instanceof PassThrough) input.destroy();
  return executed;
}

async function start({ script, folder, variables, input, pipe, timeoutMs, onOutput }: Execution): Promise<Executed> {
  const child = spawn('bash', ['-c', `set -euo pipefail;${script}`], {
    cwd: folder,
    env: variables,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const { pid, stdin, stdout, stderr } = child;
  let timedOut = false;
  const timers: NodeJS.Timeout[] = [];
  if (timeoutMs !== undefined && pid !== undefined) {
    const tree = new ProcessTree(pid);
    const end = (signal: 'SIGTERM' | 'SIGKILL') => (): void => {
      timedOut = true;
      tree.signal(signal);
    };
    const leave = (): void => {
      for (const stream of [stdout, stderr]) stream?.destroy();
    };
    timers.push(
      setTimeout(end('SIGTERM'), timeoutMs),
      setTimeout(end('SIGKILL'), timeoutMs + graceMs),
      setTimeout(leave, timeoutMs + graceMs + silenceMs),
    );
  }
  for (const [name, stream] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    if (stream instanceof Readable) stream.on('data', (bytes: Buffer) => onOutput(name, bytes));
  }
  if (pipe !== undefined && stdout instanceof Readable) {
    stdout.pipe(pipe);
    pipe.once('close', () => {
      if (stdout.readableEnded || pid === undefined) return;
      // Its reader is gone. The command writes to a socket, which only refuses, so it gets the signal of a broken pipe.
      new ProcessTree(pid).signal('SIGPIPE');
      stdout.destroy();
    });
  }
  if (stdin instanceof Writable) feed(stdin, input);
  try {
    return await new Promise<Executed>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({
          ending: signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal },
          timedOut,
        });
      });
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** A command need not read all its input. */
function feed(stdin: Writable, input: Execution['input']): void {
  if (!(input instanceof PassThrough)) {
    stdin.on('error', () => undefined).end(input);
    return;
  }
  stdin.on('error', () => input.destroy());
  input.pipe(stdin);
}
