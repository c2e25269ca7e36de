import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { requireStorable } from './text.ts';

const maxCachedStatements = 500;

/**
 * Node's own SQLite in the shape that Kysely's dialect expects, with its statements kept.
 * @param wrote called after each statement that may have committed something
 */
export function sqliteForKysely(database: DatabaseSync, wrote: () => void = () => undefined): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      // A deferred transaction that becomes a writer fails at once while another process writes; an immediate one
      // waits.
      const statement =
        sql === 'rollback'
          ? rollbackIn(database)
          : adapt(database.prepare(sql === 'begin' ? 'begin immediate' : sql), readsOnly.test(sql) ? undefined : wrote);
      if (statements.size >= maxCachedStatements) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}

const readsOnly = /^\s*(select|begin)\b/i;

function adapt(statement: StatementSync, wrote: () => void = () => undefined): SqliteStatement {
  const done = <T>(result: T): T => {
    wrote();
    return result;
  };
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => done(statement.all(...toInputs(parameters))),
    run: (parameters) => done(statement.run(...toInputs(parameters))),
    iterate: (parameters) => statement.iterate(...toInputs(parameters)),
  };
}

/**
 * A full disk, among others, ends a transaction on its own; another rollback would hide why
 * (sqlite.org/lang_transaction.html).
 */
function rollbackIn(database: DatabaseSync): SqliteStatement {
  const statement = adapt(database.prepare('rollback'));
  return {
    ...statement,
    run: (parameters) => (database.isTransaction ? statement.run(parameters) : { changes: 0, lastInsertRowid: 0 }),
  };
}

function toInputs(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === 'string') return requireStorable(value);
    if (value === null || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
      return value;
    throw new TypeError(`SQLite does not accept ${typeof value}`);
  });
}
