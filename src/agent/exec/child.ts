import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Masker } from '@kici-dev/secret-masker';
import { OutputAllowance } from '../limits/output-allowance.ts';
import { cancelled, notStarted } from './program.ts';
import { isForeground } from './terminal.ts';

/** Writes, and resolves when there is room for more. */
export type ChildIo = Readonly<Record<'stdout' | 'stderr', (bytes: Uint8Array) => Promise<void>>>;

export interface ChildRun {
  readonly command: readonly [string, ...string[]];
  /** Programs that become it, each the one after it. */
  readonly starter: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly masker: Masker | undefined;
  /** In bytes. Without it and a masker, output goes to this process's own descriptors, and so to its terminal. */
  readonly outputLimit: number | undefined;
  readonly io: ChildIo;
  /** Whether the program is not to be started. Once it runs, it gets this process's signals. */
  readonly signal: AbortSignal;
}

export interface ChildEnd {
  /** After a signal 128 plus its number. */
  readonly code: number;
  readonly isOutputCut: boolean;
}

const passed = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
type Passed = (typeof passed)[number];
/** The same time that a step gets to end. */
const graceMs = 5_000;
/** Processes that the program started may hold its output open after it has ended: it is looked at so often, */
const drainLooks = 250;
/**
 * so long after each other, which makes five seconds. Looks, not time: between two of them everything is read that is
 * there, however long this process was stopped.
 */
const lookMs = 20;
/** A look counts where nobody makes this process wait with its own output, or so much has come since the end. */
const drainBytes = 16_777_216;

/** @throws AgentError (`command_not_found`, `command_not_started`, `cancelled`) */
export async function runChild(run: ChildRun): Promise<ChildEnd> {
  const { command, masker, io } = run;
  // Before the program starts: it may report ready, and be told to end, before the next line here runs.
  let [hasEnded, held, afterEnd] = [false, 0, 0];
  const signals = passSignals(
    (name) => child?.kill(name),
    () => hasEnded,
  );
  const allowance = new OutputAllowance(run.outputLimit, () => {
    signals.pass('SIGTERM');
  });
  const within = (write: ChildIo['stdout']) => async (bytes: Uint8Array) => {
    if (hasEnded) afterEnd += bytes.byteLength;
    held += 1;
    await write(allowance.take(bytes));
    held -= 1;
  };
  let child: ChildProcess | undefined;
  try {
    // One that came before reaches no program.
    if (run.signal.aborted) throw cancelled();
    const isPiped = masker !== undefined || run.outputLimit !== undefined;
    child = start(run, isPiped);
    const ended = endOf(child, command[0]);
    const output = isPiped
      ? [passOutput(child.stdout, masker, within(io.stdout)), passOutput(child.stderr, masker, within(io.stderr))]
      : [];
    const code = await ended;
    hasEnded = true;
    await drained(Promise.all(output), () => held > 0 && afterEnd < drainBytes && !signals.isToldToEnd());
    return { code, isOutputCut: allowance.isExceeded };
  } finally {
    signals.stop();
    child?.stdout?.destroy();
    child?.stderr?.destroy();
  }
}

/** @param isHeld whether the reader of the output makes this process wait */
async function drained(output: Promise<unknown>, isHeld: () => boolean): Promise<void> {
  let [looks, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined];
  const late = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      if (!isHeld()) looks += 1;
      if (looks > drainLooks) resolve();
    }, lookMs);
  });
  await Promise.race([output, late]);
  clearInterval(timer);
}

/** @throws AgentError if the system refuses at once, such as for too many arguments */
function start({ starter, command, variables }: ChildRun, isPiped: boolean): ChildProcess {
  const [file = command[0], ...args] = [...starter, ...command];
  try {
    return spawn(file, args, { env: variables, stdio: isPiped ? ['inherit', 'pipe', 'pipe'] : 'inherit' });
  } catch (error) {
    throw notStarted(command[0], error);
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
 * Passes signals on to the program. A request to end everything (SIGTERM, as which a lost parent counts, or SIGHUP)
 * kills it after five seconds; a Ctrl-C is the program's own business.
 */
function passSignals(
  kill: (name: NodeJS.Signals) => void,
  hasEnded: () => boolean,
): { readonly pass: (name: Passed) => void; readonly isToldToEnd: () => boolean; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let isToldToEnd = false;
  const pass = (name: Passed): void => {
    const isKey = name === 'SIGINT' || name === 'SIGQUIT';
    const isRequest = name === 'SIGTERM' || name === 'SIGHUP';
    // Keys mean this process once there is no program.
    isToldToEnd ||= isRequest || (isKey && hasEnded());
    // A terminal signals every process in the foreground; passing it on would be a second Ctrl-C.
    if (!(isKey && isForeground())) kill(name);
    if (isRequest)
      timer ??= setTimeout(() => {
        kill('SIGKILL');
      }, graceMs);
  };
  for (const name of passed) process.on(name, pass);
  return {
    pass,
    isToldToEnd: () => isToldToEnd,
    stop: () => {
      clearTimeout(timer);
      for (const name of passed) process.removeListener(name, pass);
    },
  };
}

async function passOutput(
  stream: Readable | null,
  masker: Masker | undefined,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  if (stream === null) return;
  const masked = masker?.open();
  try {
    for await (const chunk of stream)
      if (chunk instanceof Uint8Array) await write(masked === undefined ? chunk : Buffer.concat(masked.write(chunk)));
  } catch {
    // The wait for output ended early; what has arrived still goes out.
  }
  if (masked !== undefined) await write(Buffer.concat(masked.end()));
}
