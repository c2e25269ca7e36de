import { ApiError } from '../../api/api-error.ts';
import { CodedError } from '../../errors/coded-error.ts';

/** The command was typed wrong; exit code 2. */
export class UsageError extends CodedError<'usage'> {
  override readonly name = 'UsageError';

  constructor(message: string, hint: string) {
    super('usage', message, hint);
  }
}

/**
 * Every way in which a client itself fails, with its meaning and general advice; an error's own hint is more specific.
 * The API has codes of its own.
 */
export const clientErrorCodes = Object.freeze({
  usage: {
    meaning: 'the command line is not valid; nothing was read or sent',
    next: 'see `--help` of the command',
  },
  cannot_read: {
    meaning: 'a file that the command line names cannot be read',
    next: 'check its path and its permissions',
  },
  cannot_write: {
    meaning: 'a file or folder cannot be written',
    next: 'check its path, its permissions and the space on the disk',
  },
  not_set: {
    meaning: 'the environment variable that --from-env names is not set',
    next: 'set and export it, or choose another input mode',
  },
  empty_value: {
    meaning: 'the value is empty, which is refused so that a failed pipe does not erase a secret',
    next: 'look at what produced it; `--allow-empty` stores an empty value on purpose',
  },
  too_large: {
    meaning: 'the value has more bytes than can be stored',
    next: 'keep large files elsewhere and store the key that opens them',
  },
  damaged_value: {
    meaning:
      'the value lost bytes before the program got it: a terminal, an argument or an environment variable carries UTF-8 text only',
    next: 'use `--from-file` or `--from-stdin`, which take any bytes',
  },
  several_lines: {
    meaning: 'a prompt takes one line, but more than one was pasted',
    next: 'use `--from-file`, or pipe them to `--from-stdin`',
  },
  not_text: {
    meaning: 'a variable is text that a process can have in its environment: UTF-8 without NUL',
    next: 'store it as a secret: secrets take any bytes',
  },
  fingerprint_mismatch: {
    meaning: 'the SHA-256 of the bytes to be stored does not match --confirm-fingerprint',
    next: 'fetch the value again; the message says so if only a line end differs',
  },
  not_confirmed: {
    meaning: 'the confirmation was declined',
    next: 'nothing was changed; `--yes` answers in advance',
  },
  cancelled: { meaning: 'the command was interrupted', next: 'run it again' },
  check_failed: {
    meaning: 'a job in the environment would fail right now, or lack a key',
    next: 'fix what the list shows, worst first',
  },
  key_unavailable: {
    meaning: 'it is not known right now who supplies a key, or what its value is, so a step that asks for it fails',
    next: 'run `kici-admin check` for the environment, and do what it says',
  },
  incomplete: {
    meaning:
      'a list is incomplete because a backend, or a folder in it, could not be queried; what is known is printed',
    next: 'follow the hint, then list again; `--json` has it under `unavailable`',
  },
  invalid_import: {
    meaning: 'the input is not a set of names with text values; nothing was sent',
    next: "correct the place that the message names; give `--format` if the file's name does not show its format",
  },
  partly_done: {
    meaning: 'an import stopped at a secret that could not be written; what was written before it stays',
    next: 'fix what the message names and run the same command again',
  },
  backend_unhealthy: {
    meaning: 'the backend did not answer as expected',
    next: "follow the hint, which is that of the backend's own code",
  },
  not_a_checkpoint: {
    meaning: 'the file holds something other than checkpoints of an audit log, or none of this organization',
    next: 'make one with `kici-admin audit checkpoint`',
  },
  checkpoint_cut: {
    meaning:
      'the rows of every checkpoint in the file were removed from the audit log, so none can be compared with it',
    next: 'compare the rows that were exported before the cut, or a newer checkpoint',
  },
  audit_damaged: {
    meaning: 'a row of the audit log was changed, swapped, cut off or lost',
    next: 'keep the data as it is, and compare it with copies of `audit-anchor.json` and of the database',
  },
  tampered: {
    meaning: 'rows of the database that grant or decide something were changed outside the orchestrator',
    next: 'find out who can write the database, look at each row that the message lists, and restore a backup',
  },
  cannot_listen: {
    meaning: 'the orchestrator cannot listen on its address',
    next: 'stop the program that uses the address, or choose another with `--host` and `--port`',
  },
  not_ready: {
    meaning: 'the orchestrator does not answer on its address, or says that it could not serve requests now',
    next: 'see its log, which names the cause; `kici-orchestrator config` shows the address',
  },
  backend_package: {
    meaning: 'a package in `--backend-packages` is missing, or provides no compatible backend type',
    next: 'follow the hint for the package that the message names; nothing was changed',
  },
  invalid_configuration: {
    meaning: "the orchestrator's configuration cannot be used",
    next: 'correct what the message names; `kici-orchestrator config` shows where each value came from',
  },
  cannot_open: {
    meaning: 'the database cannot be opened',
    next: 'check the data folder, its permissions and the space on the disk; or the address of the database server',
  },
  not_up_to_date: {
    meaning: 'another version has written the database that is to be moved',
    next: 'start and stop the orchestrator of this version over it once',
  },
  not_empty: {
    meaning: 'the database that an installation is to be moved into holds something else',
    next: 'nothing was changed: name an empty database',
  },
  move_failed: {
    meaning: 'the copy of an installation is not the same as what it was made from',
    next: 'the data folder is as it was: stop every orchestrator, and begin again with an empty database',
  },
  in_use: {
    meaning: 'an orchestrator is running over the data folder that is to be moved',
    next: 'stop it, and run the move again',
  },
  unfinished_move: {
    meaning: 'only a part of an installation was moved into the database',
    next: 'run the move again: it goes on where it was',
  },
  newer_schema: {
    meaning: 'a newer version has written the database',
    next: 'start the newer version, or go back to a backup of the data folder',
  },
  migration_failed: {
    meaning: 'the tables of the database could not be brought up to date',
    next: 'the database is unchanged: see the message, and try again',
  },
  malformed_key: {
    meaning: 'the key-encryption key is not 64 hex digits or base64 of 32 bytes',
    next: 'correct KICI_SECRET_KEY or the file; make one with `openssl rand -hex 32`',
  },
  wrong_key: {
    meaning: 'the key-encryption key is not the one that the data was sealed with',
    next: 'start with the key that belongs to this data; nothing was changed',
  },
  same_key: {
    meaning: 'the new key-encryption key is already in use',
    next: 'nothing was changed; give another key',
  },
  busy: {
    meaning: 'the keys of the database are being changed by somebody else',
    next: 'stop the orchestrators and try again',
  },
  cannot_read_key: {
    meaning: 'the file of the key-encryption key cannot be read',
    next: 'check the path, and that the file belongs to the user who runs the orchestrator',
  },
  cannot_read_anchor: {
    meaning: 'the file that anchors the audit log cannot be read',
    next: 'check its permissions, or restore it from a copy',
  },
  project_not_found: {
    meaning: 'there is no folder .kici/workflows with a workflow in it',
    next: 'run it inside the project, or write a workflow to start from with `kici init`',
  },
  workflow_not_found: {
    meaning: 'no workflow has the given name, or several could be meant',
    next: 'give one of the names that the message lists',
  },
  step_not_found: {
    meaning: 'the jobs that were chosen have no step of the given name',
    next: 'give one of the names that the message lists',
  },
  job_not_found: {
    meaning: 'the workflow has no job with the given name',
    next: 'give one of the names that the message lists',
  },
  workflow_invalid: {
    meaning: 'a file in .kici/workflows does not define a workflow that can run',
    next: 'correct the places that the message lists',
  },
  label_missing: {
    meaning: 'a job runs on a label that this agent does not have',
    next: 'give it with `--label`, or change `runsOn`',
  },
  secret_missing: {
    meaning: 'a secret that a job states, or that a command names, has no value in the environment',
    next: 'correct the names that the message lists, or set the secrets',
  },
  secret_unavailable: {
    meaning: 'whether a secret that a command names has a value, or what it is, could not be determined',
    next: "follow the hint of the backend's code in the message; nothing was run",
  },
  variable_refused: {
    meaning: 'a secret would become a variable that no program can have, or one that changes how programs load code',
    next: 'give `--prefix`, or hand it over as a file with `--file`',
  },
  command_not_found: {
    meaning: 'no program has the given name; the exit code is 127',
    next: 'check its name and `PATH`',
  },
  command_not_started: {
    meaning: 'the given program cannot be started; the exit code is 126',
    next: 'check that it is a program, and its permissions',
  },
  variable_too_large: {
    meaning: 'a variable of a job, or all of them together, is larger than any program can be given',
    next: 'put the value that the message names in a file',
  },
  sandbox_unavailable: {
    meaning: 'this machine cannot provide the requested sandbox, or not for this project',
    next: 'do what the message says, or choose another `--sandbox`',
  },
  sandbox_broken: {
    meaning: 'a step has created or changed something that later runs outside its sandbox',
    next: 'look at what the message names and remove it before you use the project',
  },
  limit_unavailable: {
    meaning: 'a limit of a job, a run or a program cannot be kept on this machine, or leaves Node.js itself no room',
    next: 'do what the message says, choose another `--sandbox`, or leave the limit out',
  },
  step_failed: { meaning: 'the function of a step threw, or rejected', next: 'see the error above it in the log' },
  step_timed_out: {
    meaning: 'a step did not end within its timeout',
    next: 'see the log of the step for what it waited for, or give it a longer `timeout`',
  },
  step_ended: {
    meaning: "a step's process ended before its function had returned",
    next: 'see the log of the step for what ended it',
  },
  limit_exceeded: {
    meaning: 'a step, or the program of `kici exec`, has come up against one of its limits',
    next: "give it more with the job's `limits` and `--limit`, of which the smaller one holds",
  },
  step_refused: {
    meaning: 'a step sent its agent an invalid message and was stopped',
    next: 'a step must not write to file descriptors that it did not open',
  },
  invalid_env_file: {
    meaning: 'a line that a step wrote to `$KICI_ENV` is not valid',
    next: 'correct the line that the message names',
  },
  types_stale: {
    meaning: 'the declarations from `kici types` are out of date',
    next: 'run `kici types`; the difference is printed above',
  },
  run_failed: { meaning: 'a step or a job of the workflow failed', next: 'see the log of the step above' },
  internal_error: { meaning: 'a fault in the program itself', next: 'report it with the command that you ran' },
});

export type ClientErrorCode = keyof typeof clientErrorCodes;

/** The command was understood but could not be done; exit code 1. */
export class CommandError extends CodedError<ClientErrorCode> {
  override readonly name = 'CommandError';
}

export interface CommandFailure {
  readonly exitCode: 1 | 2;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The backend failure behind it, if there is one. */
  readonly cause?: { readonly code: string; readonly reason?: string | undefined; readonly about?: string | undefined };
  /** The request's id in the orchestrator's log. */
  readonly requestId?: string;
}

/** What the user sees of any error. Only this project's errors show their own message. */
export function failureOf(error: unknown): CommandFailure {
  if (error instanceof UsageError)
    return { exitCode: 2, code: error.code, message: withoutPasswords(error.message), hint: error.hint };
  if (error instanceof CommandError) return { exitCode: 1, code: error.code, message: error.message, hint: error.hint };
  if (ApiError.is(error))
    return {
      exitCode: error.code === 'invalid_request' ? 2 : 1,
      code: error.code,
      message: error.message,
      hint: error.hint,
      ...(error.failure !== undefined && { cause: error.failure }),
      ...(error.requestId !== undefined && { requestId: error.requestId }),
    };
  if (error instanceof Error && error.name === 'ExitPromptError')
    return { exitCode: 1, code: 'cancelled', message: 'cancelled', hint: 'nothing was changed' };
  return {
    exitCode: 1,
    code: 'internal_error',
    message: `an unexpected ${error instanceof Error ? error.name : typeof error}`,
    hint: 'run it again with --debug, and report what that prints together with the command',
  };
}

/** A usage error quotes what was typed, which may be a URL with a password before its host or behind its path. */
function withoutPasswords(message: string): string {
  return message.replace(/\/\/\S*@/g, '//…@').replace(/(\/\/[^\s?#]*[?#])\S*?(?=['"]?[.,:;)]?(?:\s|$))/g, '$1…');
}
