import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { PassThrough, pipeline, type Duplex, type Readable } from 'node:stream';
import type { LaunchCommand } from '../sandbox/profile.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never started. */
  readonly failure?: string;
}

/**
 * Output may stay open after the group is gone, where a process has left the group with it in hand: it is heard until it
 * has been silent for so long,
 */
const silenceMs = 1_000;
/** and at most for this long. All that the group had written by its end comes before. */
const drainMs = 5_000;

/** A process in a group of its own. */
export class Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its descriptor 3, where the command makes no channel of another kind. */
  readonly pipe: Duplex | undefined;
  /** Resolves when the process is gone, the rest of its group is killed and its output is at its end. */
  readonly gone: Promise<ExitStatus>;
  /** Resolves when the process itself has ended, or could not be started. */
  readonly ended: Promise<ExitStatus>;
  readonly #pid: number | undefined;
  /** How many bytes of output have come so far. */
  readonly #heard: () => number;
  #exited = false;
  #deadline: NodeJS.Timeout | undefined;

  /** @param clearUp what is to be done before the process counts as gone; does not reject */
  constructor(command: LaunchCommand, folder: string, clearUp: (status: ExitStatus) => Promise<void>) {
    const piped = command.socket === undefined;
    const child = spawn(command.file, command.args, {
      cwd: folder,
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe', ...(piped ? ['pipe' as const] : [])],
      detached: true,
    });
    const {
      stdout,
      stderr,
      stdio: [, , , pipe],
    } = child;
    if (!(stdout instanceof Socket && stderr instanceof Socket && (!piped || pipe instanceof Socket)))
      throw new TypeError('a pipe to a child is a stream');
    this.stdout = kept(stdout);
    this.stderr = kept(stderr);
    this.pipe = pipe instanceof Socket ? pipe : undefined;
    this.#heard = () => stdout.bytesRead + stderr.bytesRead;
    this.#pid = child.pid;
    this.ended = new Promise<ExitStatus>((resolve) => {
      child.once('error', (error) => {
        resolve({ code: null, signal: null, failure: error.message });
      });
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
    this.gone = this.ended.then(async (status) => {
      this.#exited = true;
      clearTimeout(this.#deadline);
      this.#signal('SIGKILL');
      await clearUp(status);
      await this.#drain();
      return status;
    });
  }

  /** Asks the whole group to end, and ends it after a while. */
  end(graceMs: number): void {
    this.#signal('SIGTERM');
    this.killAfter(graceMs);
  }

  killAfter(ms: number): void {
    this.#deadline ??= setTimeout(() => {
      this.kill();
    }, ms);
  }

  kill(): void {
    if (!this.#exited) this.#signal('SIGKILL');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(-this.#pid, signal);
    } catch {
      // The group is gone.
    }
  }

  async #drain(): Promise<void> {
    const streams = [this.stdout, this.stderr];
    const ended = Promise.allSettled(
      streams.filter(({ closed }) => !closed).map(async (stream) => once(stream, 'close')),
    );
    const latest = performance.now() + drainMs;
    let heard = this.#heard();
    const timer = setInterval(() => {
      const before = heard;
      heard = this.#heard();
      if (heard === before || performance.now() > latest) for (const stream of streams) stream.destroy();
    }, silenceMs);
    await ended;
    clearInterval(timer);
  }
}

/** Node.js throws away what nobody has begun to read when a process ends; this holds it for who comes later. */
function kept(stream: Readable): Readable {
  return pipeline(stream, new PassThrough(), () => undefined);
}
