import { CodedError } from '../errors/coded-error.ts';

export type DatabaseErrorCode = 'cannot_open' | 'newer_schema' | 'migration_failed';

/** Why the database cannot be used, and what to do about it. */
export class DatabaseError extends CodedError<DatabaseErrorCode> {
  override readonly name = 'DatabaseError';
}
