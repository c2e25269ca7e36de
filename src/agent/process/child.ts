import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, Readable } from 'node:stream';
import type { LaunchCommand } from '../sandbox/profile.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It never started. */
  readonly failure?: string;
}

/** How long output may stay open after the group is gone, where a process has left the group with it in hand. */
const drainMs = 1_000;

/** A process in a group of its own, with a channel on descriptor 3. */
export class Child {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly channel: Duplex;
  /** Resolves when the process is gone, the rest of its group is killed and its output is at its end. */
  readonly gone: Promise<ExitStatus>;
  readonly #pid: number | undefined;
  #exited = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(command: LaunchCommand, folder: string) {
    const child = spawn(command.file, command.args, { cwd: folder, env: command.environment, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
    const { stdout, stderr, stdio: [, , , channel] } = child;
    if (!(stdout instanceof Readable && stderr instanceof Readable && channel instanceof Duplex)) throw new TypeError('a pipe to a child is a stream');
    this.stdout = stdout;
    this.stderr = stderr;
    this.channel = channel;
    this.#pid = child.pid;
    // Whatever happens to the channel shows in what the process does or fails to do.
    channel.on('error', () => undefined);
    this.gone = new Promise<ExitStatus>((resolve) => {
      child.once('error', (error) => { resolve({ code: null, signal: null, failure: error.message }); });
      child.once('exit', (code, signal) => { resolve({ code, signal }); });
    }).then(async (status) => {
      this.#exited = true;
      clearTimeout(this.#deadline);
      this.#signal('SIGKILL');
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
    this.#deadline ??= setTimeout(() => { this.kill(); }, ms);
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
    const ended = Promise.allSettled(streams.filter(({ closed }) => !closed).map(async (stream) => once(stream, 'close')));
    const timer = setTimeout(() => { for (const stream of streams) stream.destroy(); }, drainMs);
    await ended;
    clearTimeout(timer);
    this.channel.destroy();
  }
}
