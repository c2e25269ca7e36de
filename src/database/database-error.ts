import { CodedError } from '../errors/coded-error.ts';

export type DatabaseErrorCode =
  | 'cannot_open'
  | 'bad_address'
  | 'newer_schema'
  | 'migration_failed'
  | 'not_up_to_date'
  | 'not_empty'
  | 'move_failed'
  | 'unfinished_move'
  | 'in_use';

/** Why the database cannot be used, and what to do about it. */
export class DatabaseError extends CodedError<DatabaseErrorCode> {
  override readonly name = 'DatabaseError';
}
