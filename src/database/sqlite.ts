import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { Cells } from './cells.ts';
import { FoundRows } from './found-rows.ts';
import { asked, RememberedResults, type ResultsOfOne } from './remembered-results.ts';
import { TableChanges, type StatementTables } from './table-changes.ts';
import { requireStorable } from './text.ts';

const maxCachedStatements = 500;

export type AsOf = 'now' | 'turn';

export interface EmbeddedDatabase extends SqliteDatabase {
  isInTransaction(): boolean;
  /**
   * What a statement that only reads finds. It does not run where it was run before and nothing that it depends on has
   * changed.
   * @param asOf of what other connections have committed: by now, or by the last such look of this turn of the event
   * loop
   * @param ran called if it has run, with how long that took, in milliseconds
   */
  find(sql: string, parameters: readonly unknown[], asOf: AsOf, ran?: (tookMs: number) => void): FoundRows;
  /** To be called where a statement could not be found `now`, and is waited for. */
  forgetLook(): void;
}

interface Reader {
  readonly statement: StatementSync;
  readonly tables: StatementTables;
  readonly results: ResultsOfOne;
  names: readonly string[];
}

/**
 * Node's own SQLite in the shape that Kysely's dialect expects, with its statements kept.
 * @param wrote called after each statement that may have committed something
 */
export function sqliteForKysely(database: DatabaseSync, wrote: () => void = () => undefined): EmbeddedDatabase {
  const statements = new Map<string, SqliteStatement>();
  const readers = new Map<string, Reader>();
  const results = new RememberedResults();
  const changes = new TableChanges(database, () => {
    statements.clear();
    readers.clear();
    results.forget();
  });

  function readerOf(sql: string): Reader {
    const known = readers.get(sql);
    if (known !== undefined) return known;
    if (readers.size >= maxCachedStatements) readers.clear();
    const made = { ...changes.prepare(sql), results: new Map(), names: [] };
    made.statement.setReturnArrays(true);
    readers.set(sql, made);
    return made;
  }

  function adapted(sql: string): SqliteStatement {
    const { statement, tables } = changes.prepare(sql);
    if (isSelect(sql) || sql === 'begin immediate') return adapt(statement);
    const isUndo = /^\s*rollback\b/i.test(sql);
    return adapt(statement, () => {
      changes.note(tables);
      if (isUndo) changes.noteUndone();
      wrote();
    });
  }

  /**
   * A full disk, among others, ends a transaction on its own; another rollback would hide why
   * (sqlite.org/lang_transaction.html).
   */
  function rollback(): SqliteStatement {
    const statement = adapt(database.prepare('rollback'));
    return {
      ...statement,
      run(parameters) {
        const result = database.isTransaction ? statement.run(parameters) : { changes: 0, lastInsertRowid: 0 };
        changes.noteUndone();
        return result;
      },
    };
  }

  return {
    close: () => {
      statements.clear();
      readers.clear();
      database.close();
    },
    isInTransaction: () => database.isTransaction,
    forgetLook() {
      changes.forgetLook();
    },
    find(sql, parameters, asOf, ran) {
      if (asOf === 'now') changes.look();
      else changes.lookInTurn();
      const reader = readerOf(sql);
      const question = reader.tables.isSteady ? asked(parameters) : undefined;
      const stamp = changes.stampOf(reader.tables);
      const known = question && results.get(reader.results, question, stamp);
      if (known !== undefined) return known;
      const started = ran && performance.now();
      const found = run(reader, parameters);
      if (started !== undefined) ran?.(performance.now() - started);
      if (question !== undefined) results.add(reader.results, question, stamp, found);
      return found;
    },
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      // A deferred transaction that becomes a writer fails at once while another process writes; an immediate one
      // waits.
      const statement = sql === 'rollback' ? rollback() : adapted(sql === 'begin' ? 'begin immediate' : sql);
      if (statements.size >= maxCachedStatements) statements.clear();
      statements.set(sql, statement);
      return statement;
    },
  };
}

function run(reader: Reader, parameters: readonly unknown[]): FoundRows {
  // The types of Node.js know rows with names alone.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const cells = reader.statement.all(...toInputs(parameters)) as unknown as Cells[];
  // Another process may have added a column.
  if (cells[0] !== undefined && cells[0].length !== reader.names.length)
    reader.names = reader.statement.columns().map(({ name }) => name);
  return new FoundRows(cells, reader.names);
}

export function isSelect(sql: string): boolean {
  return /^\s*select\b/i.test(sql);
}

function adapt(statement: StatementSync, wrote: () => void = () => undefined): SqliteStatement {
  // One that fails may have changed something before.
  const then = <T>(work: () => T): T => {
    try {
      return work();
    } finally {
      wrote();
    }
  };
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => then(() => statement.all(...toInputs(parameters))),
    run: (parameters) => then(() => statement.run(...toInputs(parameters))),
    iterate: (parameters) => statement.iterate(...toInputs(parameters)),
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
