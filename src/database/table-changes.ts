import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { steadyFunctions } from './steady-functions.ts';

/** What a statement works on, as SQLite itself says: tables behind views, triggers and cascades included. */
export interface StatementTables {
  readonly reads: readonly TableCount[];
  readonly writes: readonly TableCount[];
  /** Whether it finds the same for as long as nothing changes. */
  readonly isSteady: boolean;
}

/** How often a table may have changed since the database was opened. */
interface TableCount {
  readonly holdsSchema: boolean;
  changes: number;
}

const writing: ReadonlySet<number> = new Set([
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);
/** Where SQLite keeps the schema. */
const schemaTables: ReadonlySet<string> = new Set(['sqlite_master', 'sqlite_temp_master']);

/** Tells whether tables may have changed, without looking at them. */
export class TableChanges {
  readonly #database: DatabaseSync;
  readonly #schemaChanged: () => void;
  readonly #version: StatementSync;
  readonly #schemaVersion: StatementSync;
  readonly #counts = new Map<string, TableCount>();
  /** Changes of any table by another connection. */
  #ofAll = 0;
  #seenOfOthers: unknown;
  #seenSchema: unknown;
  /** In this turn of the event loop, and nothing has shown since that it was too early. */
  #hasLooked = false;
  #isTurnKnown = false;
  /** The schema was changed in a transaction that may be undone. */
  #mayReturn = false;
  #preparing: { readonly reads: Set<TableCount>; readonly writes: Set<TableCount>; isSteady: boolean } | undefined;

  /** @param schemaChanged SQLite may prepare each statement again, for other tables, and tells nobody of which */
  constructor(database: DatabaseSync, schemaChanged: () => void) {
    this.#database = database;
    this.#schemaChanged = schemaChanged;
    this.#version = prepareNumber(database, 'pragma data_version');
    this.#schemaVersion = prepareNumber(database, 'pragma schema_version');
    database.setAuthorizer((action, first, second) => {
      const preparing = this.#preparing;
      if (preparing === undefined) return constants.SQLITE_OK;
      if (action === constants.SQLITE_READ) preparing.reads.add(this.#countOf(first));
      else if (writing.has(action)) preparing.writes.add(this.#countOf(first));
      else if (action === constants.SQLITE_FUNCTION) preparing.isSteady &&= steadyFunctions.has(second ?? '');
      return constants.SQLITE_OK;
    });
  }

  prepare(sql: string): { readonly statement: StatementSync; readonly tables: StatementTables } {
    const found = { reads: new Set<TableCount>(), writes: new Set<TableCount>(), isSteady: true };
    this.#preparing = found;
    try {
      const statement = this.#database.prepare(sql);
      const { isSteady } = found;
      return { statement, tables: { reads: [...found.reads], writes: [...found.writes], isSteady } };
    } finally {
      this.#preparing = undefined;
    }
  }

  /** To be called after each run of a statement that writes, whether or not it is committed, and though it failed. */
  note({ writes }: StatementTables): void {
    for (const table of writes) table.changes += 1;
    if (writes.some(({ holdsSchema }) => holdsSchema)) this.#tellSchema();
  }

  /** To be called after each transaction, or part of one, that is undone. */
  noteUndone(): void {
    if (this.#mayReturn) this.#tellSchema();
  }

  #tellSchema(): void {
    this.#mayReturn = this.#database.isTransaction;
    this.#schemaChanged();
  }

  /**
   * Learns of what other connections have committed, outside transactions: SQLite counts it
   * (sqlite.org/pragma.html#pragma_data_version).
   */
  look(): void {
    this.#hasLooked = false;
    const version = this.#version.get()?.[0];
    this.#keepLook();
    if (version === this.#seenOfOthers) return;
    this.#seenOfOthers = version;
    this.#ofAll += 1;
    const schema = this.#schemaVersion.get()?.[0];
    if (schema === this.#seenSchema) return;
    this.#seenSchema = schema;
    this.#schemaChanged();
  }

  /** As `look`, unless that was done in this turn of the event loop. */
  lookInTurn(): void {
    if (!this.#hasLooked) this.look();
  }

  /** Somebody has begun who did not look. */
  forgetLook(): void {
    this.#hasLooked = false;
  }

  #keepLook(): void {
    this.#hasLooked = true;
    if (this.#isTurnKnown) return;
    this.#isTurnKnown = true;
    setImmediate(() => {
      this.#isTurnKnown = false;
      this.#hasLooked = false;
    });
  }

  /** Grows whenever what a statement reads may be another. */
  stampOf({ reads }: StatementTables): number {
    let stamp = this.#ofAll;
    for (const { changes } of reads) stamp += changes;
    return stamp;
  }

  #countOf(table: string | null): TableCount {
    const name = table ?? '';
    const known = this.#counts.get(name) ?? { holdsSchema: schemaTables.has(name), changes: 0 };
    this.#counts.set(name, known);
    return known;
  }
}

function prepareNumber(database: DatabaseSync, pragma: string): StatementSync {
  const statement = database.prepare(pragma);
  statement.setReturnArrays(true);
  return statement;
}
