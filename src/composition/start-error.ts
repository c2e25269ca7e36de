import { DatabaseError } from '../database/database-error.ts';
import { CodedError } from '../errors/coded-error.ts';
import { KeyringError } from '../keyring/keyring-error.ts';

export type StartErrorCode = 'cannot_listen' | 'backend_package' | 'invalid_configuration' | 'cannot_read_anchor';

/** Why the server does not start, apart from its key and its database. */
export class StartError extends CodedError<StartErrorCode> {
  override readonly name = 'StartError';
}

/** Whether the error itself explains why the server does not start, and what to do. */
export function isStartError(error: unknown): error is KeyringError | DatabaseError | StartError {
  return error instanceof KeyringError || error instanceof DatabaseError || error instanceof StartError;
}
