/** What may stand in `${…}` of a command: quoted as one argument, or each element of a list as one. */
export type ShellArgument = string | number | boolean | ShellOutput | readonly (string | number | boolean)[];

export interface ShellOptions {
  readonly cwd?: string;
  /** In place of the step's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Resolve whatever the exit code. */
  readonly nothrow?: boolean;
  /** Keep the command and its output out of the log; `.quiet()` after the command keeps only its output out. */
  readonly quiet?: boolean;
  /** Milliseconds, or a duration such as `30s`. */
  readonly timeout?: number | `${number}s` | `${number}m` | `${number}ms`;
}

export interface ShellOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Standard output and standard error as they came. */
  text(): string;
  lines(): string[];
  json(): unknown;
}

/** A command that runs; awaiting it rejects when it ends with anything but 0. */
export interface ShellPromise extends PromiseLike<ShellOutput> {
  catch<T>(onRejected: (reason: unknown) => T | PromiseLike<T>): Promise<ShellOutput | T>;
  finally(onFinally: () => void): Promise<ShellOutput>;
  nothrow(): this;
  quiet(): this;
  text(): Promise<string>;
  lines(): Promise<string[]>;
  json(): Promise<unknown>;
}

/**
 * Runs a command in bash, with `set -euo pipefail` in force: `` await ctx.$`tar czf ${file} dist` ``. What stands in `${…}` is quoted.
 * The command sees the step's environment as it is at that moment, with everything exposed so far.
 */
export interface Shell {
  (pieces: TemplateStringsArray, ...values: ShellArgument[]): ShellPromise;
  (options: ShellOptions): Shell;
}
