import type { ShellOutput } from '../shell.ts';
import { SdkError } from './sdk-error.ts';

export type ShellErrorCode =
  'command_failed' | 'command_timed_out' | 'command_not_started' | 'invalid_command' | 'output_too_large';

/**
 * A command did not end with 0, or could not run at all. The message is made to be read: the command, why, the last
 * lines of its error output and the line that called it. Nothing of the output is shown twice by an inspection.
 */
export class ShellError extends SdkError {
  override readonly name = 'ShellError';
  readonly code: ShellErrorCode;
  readonly #output: ShellOutput;

  constructor(code: ShellErrorCode, message: string, output: ShellOutput) {
    super(message, 'ShellError');
    this.code = code;
    this.#output = output;
  }

  /**
   * As a shell reports it: 128 and the signal's number after a signal, 126 or 127 when the command could not be
   * started.
   */
  get exitCode(): number {
    return this.#output.exitCode;
  }

  /** The one that ended it, such as `SIGKILL`. */
  get signal(): string | null {
    return this.#output.signal;
  }

  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }
}
