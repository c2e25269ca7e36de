export type DatabaseErrorCode = 'cannot_open' | 'newer_schema' | 'migration_failed';

/** Why the database cannot be used, with what to do about it. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;
  readonly hint: string;

  constructor(code: DatabaseErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
