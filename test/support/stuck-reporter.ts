import type { Reporter, TestModule } from 'vitest/node';
import { commandOf, kill, parents, withDescendants } from './process-table.ts';

/** Longer than any test may take, in milliseconds. */
const patienceMs = 11 * 60_000;

/**
 * Ends a run in which nothing ends any more, and says where: no time limit reaches a test that waits for a program
 * synchronously.
 */
export default class StuckReporter implements Reporter {
  readonly #running = new Set<string>();
  readonly #patienceMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { readonly patienceMs?: number } = {}) {
    this.#patienceMs = options.patienceMs ?? patienceMs;
  }

  onTestModuleStart({ project, relativeModuleId }: TestModule): void {
    this.#running.add(`${project.name}: ${relativeModuleId}`);
    this.#wait();
  }

  onTestModuleEnd({ project, relativeModuleId }: TestModule): void {
    this.#running.delete(`${project.name}: ${relativeModuleId}`);
    this.#wait();
  }

  onTestCaseResult(): void {
    this.#wait();
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#end(), this.#patienceMs).unref();
  }

  async #end(): Promise<void> {
    const [, ...below] = withDescendants(process.pid, await parents());
    const commands = await Promise.all(below.map(async (pid) => `${pid} ${await commandOf(pid).catch(() => '')}`));
    process.stdout.write(
      `failed: no test has ended for ${this.#patienceMs / 60_000} minutes in: ${[...this.#running].join('; ')}\n` +
        `what still runs: ${commands.join('; ')}\n`,
    );
    process.once('exit', () => below.forEach(kill));
    process.exit(1);
  }
}
