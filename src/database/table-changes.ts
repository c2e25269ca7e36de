import { constants, type DatabaseSync, type StatementSync } from 'node:sqlite';

/** The tables that a statement reads and writes, as SQLite itself says: views, triggers and cascades included. */
export interface StatementTables {
  readonly reads: readonly TableCount[];
  readonly writes: readonly TableCount[];
}

/** How often a table may have changed since the database was opened. */
interface TableCount {
  changes: number;
}

const writing: ReadonlySet<number> = new Set([
  constants.SQLITE_INSERT,
  constants.SQLITE_UPDATE,
  constants.SQLITE_DELETE,
]);
/** Where SQLite keeps the schema. */
const schemaTable = 'sqlite_master';

/** Tells whether tables may have changed, without looking at them. */
export class TableChanges {
  readonly #database: DatabaseSync;
  readonly #version: StatementSync;
  readonly #counts = new Map<string, TableCount>();
  /** Changes of any table: of its columns, or by another connection. */
  #ofAll = 0;
  #seenOfOthers: unknown;
  #preparing: { readonly reads: Set<TableCount>; readonly writes: Set<TableCount> } | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#version = database.prepare('pragma data_version');
    this.#version.setReturnArrays(true);
    database.setAuthorizer((action, table) => {
      if (action === constants.SQLITE_READ) this.#preparing?.reads.add(this.#countOf(table));
      else if (writing.has(action)) this.#preparing?.writes.add(this.#countOf(table));
      return constants.SQLITE_OK;
    });
  }

  prepare(sql: string): { readonly statement: StatementSync; readonly tables: StatementTables } {
    const found = { reads: new Set<TableCount>(), writes: new Set<TableCount>() };
    this.#preparing = found;
    try {
      const statement = this.#database.prepare(sql);
      return { statement, tables: { reads: [...found.reads], writes: [...found.writes] } };
    } finally {
      this.#preparing = undefined;
    }
  }

  /** To be called after each run of a statement that writes, whether or not it is committed. */
  note({ writes }: StatementTables): void {
    for (const table of writes) {
      table.changes += 1;
      if (table === this.#counts.get(schemaTable)) this.#ofAll += 1;
    }
  }

  /**
   * Grows whenever what a statement reads may be another. What another connection has committed changes SQLite's
   * number (sqlite.org/pragma.html#pragma_data_version).
   */
  stampOf({ reads }: StatementTables): number {
    const version = this.#version.get()?.[0];
    if (version !== this.#seenOfOthers) this.#ofAll += 1;
    this.#seenOfOthers = version;
    let stamp = this.#ofAll;
    for (const { changes } of reads) stamp += changes;
    return stamp;
  }

  #countOf(table: string | null): TableCount {
    const name = table ?? '';
    const known = this.#counts.get(name) ?? { changes: 0 };
    this.#counts.set(name, known);
    return known;
  }
}
