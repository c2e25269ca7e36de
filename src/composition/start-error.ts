import { cannotUse } from '../database/cannot-use.ts';
import { DatabaseError } from '../database/database-error.ts';
import { DatabaseUnavailableError } from '../database/unavailable.ts';
import { CodedError } from '../errors/coded-error.ts';
import { KeyringError } from '../keyring/keyring-error.ts';

export type StartErrorCode = 'cannot_listen' | 'backend_package' | 'invalid_configuration' | 'cannot_read_anchor';

/** Why the server does not start, apart from its key and its database. */
export class StartError extends CodedError<StartErrorCode> {
  override readonly name = 'StartError';
}

/**
 * The error that explains why the server does not start, and what to do; `undefined`: nobody expected it. The database
 * may also go away, or refuse, while a server starts.
 */
export function startErrorOf(error: unknown): KeyringError | DatabaseError | StartError | undefined {
  if (DatabaseUnavailableError.is(error)) return cannotUse(error, 'serving');
  const isKnown = error instanceof KeyringError || error instanceof DatabaseError || error instanceof StartError;
  return isKnown ? error : undefined;
}
