import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { Cells } from './cells.ts';
import { requireStorable } from './text.ts';

const maxCachedStatements = 500;

export interface EmbeddedDatabase extends SqliteDatabase {
  isInTransaction(): boolean;
  cells(sql: string, parameters: readonly unknown[]): readonly Cells[];
}

/**
 * Node's own SQLite in the shape that Kysely's dialect expects, with its statements kept.
 * @param wrote called after each statement that may have committed something
 */
export function sqliteForKysely(database: DatabaseSync, wrote: () => void = () => undefined): EmbeddedDatabase {
  const statements = new Map<string, SqliteStatement>();
  const withoutNames = new Map<string, StatementSync>();
  return {
    close: () => {
      statements.clear();
      withoutNames.clear();
      database.close();
    },
    isInTransaction: () => database.isTransaction,
    cells(sql, parameters) {
      const statement = withoutNames.get(sql) ?? database.prepare(sql);
      if (withoutNames.size >= maxCachedStatements) withoutNames.clear();
      withoutNames.set(sql, statement);
      statement.setReturnArrays(true);
      // The types of Node.js know rows with names alone.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return statement.all(...toInputs(parameters)) as unknown as Cells[];
    },
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      // A deferred transaction that becomes a writer fails at once while another process writes; an immediate one
      // waits.
      const statement =
        sql === 'rollback'
          ? rollbackIn(database)
          : adapt(
              database.prepare(sql === 'begin' ? 'begin immediate' : sql),
              isSelect(sql) || sql === 'begin' ? undefined : wrote,
            );
      if (statements.size >= maxCachedStatements) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}

export function isSelect(sql: string): boolean {
  return /^\s*select\b/i.test(sql);
}

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
