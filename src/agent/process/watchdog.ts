import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Its source in a checkout, a bundle beside this one in a published package. */
const sweeperFile = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? '../mounts/sweeper.ts' : 'sweeper.mjs',
);
const farewell = 'done';
/** A waiting shell takes almost no memory; its input ends however the agent ends. */
const script = `read -r word; [ "$word" = ${farewell} ] || exec "$@"`;

/** Cleans up at once after an agent that is killed. What it misses is left to the next agent. */
export class Watchdog {
  readonly #shell: ChildProcess | undefined;

  private constructor(shell: ChildProcess | undefined) {
    this.#shell = shell;
  }

  /**
   * Where it cannot be started, the next agent cleans up.
   * @param journal the agent's own
   * @param environment includes what a container engine needs, but no token
   */
  static start(journal: string, environment: Readonly<Record<string, string>>): Watchdog {
    try {
      // In its own session, so that whatever ends the agent's group does not end it.
      const shell = spawn('sh', ['-c', script, 'kici-watchdog', process.execPath, sweeperFile, journal], {
        cwd: '/',
        env: environment,
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      });
      shell.on('error', () => undefined);
      shell.stdin?.on('error', () => undefined);
      shell.unref();
      return new Watchdog(shell);
    } catch {
      // As for an environment that is too large: other failures are told by the event.
      return new Watchdog(undefined);
    }
  }

  /** The agent has cleaned up on its own. */
  async end(): Promise<void> {
    const shell = this.#shell;
    if (shell?.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    shell.ref();
    shell.stdin?.end(`${farewell}\n`);
    await once(shell, 'exit');
  }
}
