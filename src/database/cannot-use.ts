import { DatabaseError } from './database-error.ts';
import { lacksRight, type DatabaseUnavailableError } from './unavailable.ts';

const hints = {
  migrating:
    'as the owner of the schema run `grant create on schema … to …`; or let the role that owns the tables make them: KICI_DATABASE_MIGRATION_URL',
  serving:
    'as the owner of the tables run `grant select, insert, update, delete on all tables in schema … to …`, and `alter default privileges … grant select, insert, update, delete on tables to …` for those of later releases',
} as const;

/**
 * For a command that ends with it.
 * @param purpose which rights the database user needs
 */
export function cannotUse({ code, message }: DatabaseUnavailableError, purpose: keyof typeof hints): DatabaseError {
  const hint = code === lacksRight ? hints[purpose] : 'look at the database server, and run the command again';
  return new DatabaseError('cannot_open', message, hint);
}
