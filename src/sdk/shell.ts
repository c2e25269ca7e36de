/** What `${…}` in a command may hold: quoted as one argument, or each element of a list as one. */
export type ShellArgument = string | number | boolean | ShellOutput | readonly (string | number | boolean)[];

export interface ShellOptions {
  readonly cwd?: string;
  /** Replaces the step's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The command's standard input; default: empty. */
  readonly input?: string | Uint8Array;
  /** Resolve even if the command fails: see `exitCode`. */
  readonly nothrow?: boolean;
  /** Keep the command and its output out of the log. */
  readonly quiet?: boolean;
  /**
   * Milliseconds, or a duration such as `30s`; then the command and what it started get SIGTERM, and five seconds later
   * SIGKILL.
   */
  readonly timeout?: number | `${number}s` | `${number}m` | `${number}ms`;
}

/**
 * The result of a command.
 * @throws ShellError (`output_too_large`) when reading output that was too large to keep
 */
export interface ShellOutput {
  readonly stdout: string;
  readonly stderr: string;
  /**
   * As a shell reports it: 128 plus the signal's number after a signal, 126 or 127 if the command could not be started.
   */
  readonly exitCode: number;
  readonly signal: string | null;
  /** Standard output and standard error, interleaved as they came. */
  text(): string;
  lines(): string[];
  /** Standard output, parsed. */
  json(): unknown;
}

/** A running command; awaiting it rejects with `ShellError` unless it exits with 0. */
export interface ShellPromise extends PromiseLike<ShellOutput> {
  catch<T>(onRejected: (reason: unknown) => T | PromiseLike<T>): Promise<ShellOutput | T>;
  finally(onFinally: () => void): Promise<ShellOutput>;
  nothrow(): this;
  quiet(): this;
  text(): Promise<string>;
  lines(): Promise<string[]>;
  json(): Promise<unknown>;
  /**
   * Feeds this command's standard output to another command: `` ctx.$`cat list`.pipe`sort -u` ``. The result is the
   * other's; it fails if either does.
   */
  pipe(command: ShellPromise): ShellPromise;
  pipe(pieces: TemplateStringsArray, ...values: ShellArgument[]): ShellPromise;
}

/**
 * Runs a command in bash, with `set -euo pipefail`: `` await ctx.$`tar czf ${file} dist` ``. Values in `${…}` are
 * quoted. The command sees the step's environment at that moment, with everything exposed so far.
 */
export interface Shell {
  (pieces: TemplateStringsArray, ...values: ShellArgument[]): ShellPromise;
  (options: ShellOptions): Shell;
}
