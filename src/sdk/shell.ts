/** What `${…}` in a command may hold: quoted as one argument, or each element of a list as one. */
export type ShellArgument = string | number | boolean | ShellOutput | readonly (string | number | boolean)[];

export interface ShellOptions {
  readonly cwd?: string;
  /** Instead of the step's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the command reads from its standard input; default: nothing, it is at its end at once. */
  readonly input?: string | Uint8Array;
  /** Resolve whatever becomes of the command: see `exitCode`. */
  readonly nothrow?: boolean;
  /** Keep the command and its output out of the log. */
  readonly quiet?: boolean;
  /**
   * Milliseconds, or a duration such as `30s`: then SIGTERM to the command and what it started, five seconds later
   * SIGKILL.
   */
  readonly timeout?: number | `${number}s` | `${number}m` | `${number}ms`;
}

/**
 * What became of a command.
 * @throws ShellError (`output_too_large`) from what reads output of which not all could be kept
 */
export interface ShellOutput {
  readonly stdout: string;
  readonly stderr: string;
  /**
   * As a shell reports it: 128 and the signal's number after a signal, 126 or 127 when the command could not be
   * started.
   */
  readonly exitCode: number;
  readonly signal: string | null;
  /** Standard output and standard error as they came. */
  text(): string;
  lines(): string[];
  /** Standard output, parsed. */
  json(): unknown;
}

/** A command that runs; awaiting it rejects with `ShellError` when it ends with anything but 0. */
export interface ShellPromise extends PromiseLike<ShellOutput> {
  catch<T>(onRejected: (reason: unknown) => T | PromiseLike<T>): Promise<ShellOutput | T>;
  finally(onFinally: () => void): Promise<ShellOutput>;
  nothrow(): this;
  quiet(): this;
  text(): Promise<string>;
  lines(): Promise<string[]>;
  json(): Promise<unknown>;
  /**
   * Gives this command's standard output to another as its input: `` ctx.$`cat list`.pipe`sort -u` ``. The result is
   * the other's; it fails when either does.
   */
  pipe(command: ShellPromise): ShellPromise;
  pipe(pieces: TemplateStringsArray, ...values: ShellArgument[]): ShellPromise;
}

/**
 * Runs a command in bash, with `set -euo pipefail` in force: `` await ctx.$`tar czf ${file} dist` ``. Values in `${…}`
 * are quoted. The command sees the step's environment as it is at that moment, with everything exposed so far.
 */
export interface Shell {
  (pieces: TemplateStringsArray, ...values: ShellArgument[]): ShellPromise;
  (options: ShellOptions): Shell;
}
