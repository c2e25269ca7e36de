import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** In a checkout its source, in a published package a bundle beside this one. */
const sweeperFile = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../mounts/sweeper.ts' : 'sweeper.mjs',
);
const farewell = 'done';
/** A shell takes next to no memory while it waits for the end of its input, which comes however its agent ends. */
const script = `read -r word; [ "$word" = ${farewell} ] || exec "$@"`;

/** Cleans up after an agent that is killed, at once. What it misses is left to the next agent. */
export class Watchdog {
  readonly #shell: ChildProcess;

  private constructor(shell: ChildProcess) {
    this.#shell = shell;
  }

  /** @param journal the agent's own @param environment with what a container engine needs, and no token */
  static start(journal: string, environment: Readonly<Record<string, string>>): Watchdog {
    // A session of its own: what ends the agent's group must not end it.
    const shell = spawn('sh', ['-c', script, 'kici-watchdog', process.execPath, sweeperFile, journal], {
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    // Without it there is still the next agent.
    shell.on('error', () => undefined);
    shell.stdin?.on('error', () => undefined);
    shell.unref();
    return new Watchdog(shell);
  }

  /** The agent has cleaned up by itself. */
  async end(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#shell;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    this.#shell.ref();
    this.#shell.stdin?.end(`${farewell}\n`);
    await once(this.#shell, 'exit');
  }
}
