import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, PassThrough, pipeline, Readable } from 'node:stream';
import type { LaunchCommand } from '../sandbox/profile.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never started. */
  readonly failure?: string;
}

/** How long output may stay open after the group is gone, where a process has left the group with it in hand. */
const drainMs = 1_000;

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
    if (!(stdout instanceof Readable && stderr instanceof Readable && (!piped || pipe instanceof Duplex)))
      throw new TypeError('a pipe to a child is a stream');
    this.stdout = kept(stdout);
    this.stderr = kept(stderr);
    this.pipe = pipe instanceof Duplex ? pipe : undefined;
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
    const timer = setTimeout(() => {
      for (const stream of streams) stream.destroy();
    }, drainMs);
    await ended;
    clearTimeout(timer);
  }
}

/** Node.js throws away what nobody has begun to read when a process ends; this holds it for who comes later. */
function kept(stream: Readable): Readable {
  return pipeline(stream, new PassThrough(), () => undefined);
}
