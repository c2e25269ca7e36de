import { Readable, Writable } from 'node:stream';
import { main as admin } from '../../src/cli/admin/main.ts';
import type { Io } from '../../src/cli/terminal/io.ts';
import type { Outcome, RunOptions } from './run-program.ts';

/** `kici-admin` without the cost of a process, for tests that try many command lines. */
export function adminInProcess(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return inProcess(admin, args, options);
}

/** As `adminInProcess`, of the program whose `main` it is. */
export async function inProcess(
  main: (args: readonly string[], io: Io) => Promise<number>,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const stdout = new Sink();
  const stderr = new Sink();
  const exitCode = await main(args, {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    stdout,
    stderr,
    environment: { HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent', ...options.environment },
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

class Sink extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}
