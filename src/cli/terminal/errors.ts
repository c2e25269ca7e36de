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

/** Every way in which a client fails by itself, with what it means; the API's own codes come on top. */
export const clientErrorCodes = Object.freeze({
  usage: 'the command line is not one that the program takes; nothing was read or sent',
  cannot_read: 'a file that the command line names cannot be read',
  cannot_write: 'a file or folder cannot be written',
  not_set: 'the environment variable that --from-env names is not set',
  empty_value: 'the value is empty, which is refused so that a failed pipe does not erase a secret',
  too_large: 'the value has more bytes than can be stored',
  damaged_value: 'the value lost bytes before the program got it: a terminal, an argument or an environment variable carries UTF-8 text only',
  several_lines: 'a prompt takes one line, and more than one was pasted',
  not_text: 'a variable is text that a process can have in its environment: UTF-8 without NUL',
  fingerprint_mismatch: 'the SHA-256 of the bytes to be stored is not the one that --confirm-fingerprint gives',
  not_confirmed: 'the question whether to go on was answered with no',
  cancelled: 'the command was interrupted',
  check_failed: 'a job of the environment would fail, or miss a key, right now',
  backend_unhealthy: 'the backend was asked and did not answer as it should',
  audit_damaged: 'a row of the audit log was changed, swapped, cut off or lost',
  cannot_listen: 'the orchestrator cannot listen on its address',
  invalid_configuration: 'the orchestrator\'s configuration cannot be used',
  cannot_open: 'the database cannot be opened',
  newer_schema: 'a newer version has written the database',
  migration_failed: 'the tables of the database could not be brought up to date',
  malformed_key: 'the key-encryption key is not 64 hex digits or base64 of 32 bytes',
  wrong_key: 'the key-encryption key is not the one that the data was sealed with',
  busy: 'the keys of the database are being changed by somebody else',
  cannot_read_key: 'the file of the key-encryption key cannot be read',
  cannot_read_anchor: 'the file that anchors the audit log cannot be read',
  project_not_found: 'there is no folder .kici/workflows with a workflow in it',
  workflow_not_found: 'no workflow has the name that was given, or several could be meant',
  workflow_invalid: 'a file in .kici/workflows does not define a workflow that can run',
  label_missing: 'a job runs on a label that this agent does not have',
  sandbox_unavailable: 'this machine cannot offer the sandbox that was asked for',
  run_failed: 'a step or a job of the workflow failed',
  internal_error: 'a fault in the program itself',
});

export type ClientErrorCode = keyof typeof clientErrorCodes;

/** The command was understood and could not be done; exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ClientErrorCode;
  readonly hint: string;

  constructor(code: ClientErrorCode, message: string, hint: string) {
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
