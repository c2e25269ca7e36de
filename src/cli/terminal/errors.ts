import { ApiError } from '../../api/errors.ts';

/** The command was typed wrong; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The command was understood and could not be done; exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export interface Failure {
  readonly exitCode: 1 | 2;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What the user is told of any error. Only our own errors speak for themselves. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { exitCode: 2, code: 'usage', message: error.message, hint: error.hint };
  if (error instanceof CommandError) return { exitCode: 1, code: error.code, message: error.message, hint: error.hint };
  if (ApiError.is(error)) return { exitCode: 1, code: error.code, message: error.message, hint: error.hint };
  if (error instanceof Error && error.name === 'ExitPromptError') return { exitCode: 1, code: 'cancelled', message: 'cancelled', hint: 'nothing was changed' };
  return { exitCode: 1, code: 'internal_error', message: `an unexpected ${error instanceof Error ? error.name : typeof error}`, hint: 'please report it with the command that you ran' };
}
