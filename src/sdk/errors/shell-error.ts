import type { ShellOutput } from '../shell.ts';
import { SdkError } from './sdk-error.ts';

export type ShellErrorCode =
  'command_failed' | 'command_timed_out' | 'command_not_started' | 'invalid_command' | 'output_too_large';

/**
 * A command did not exit with 0, or could not run at all. The message gives the command, the reason, the last lines of
 * its error output and the line that called it. Inspecting the error shows no output twice.
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
   * As a shell reports it: 128 plus the signal's number after a signal, 126 or 127 if the command could not be started.
   */
  get exitCode(): number {
    return this.#output.exitCode;
  }

  /** The signal that ended it, such as `SIGKILL`. */
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
