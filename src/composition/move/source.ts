import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { Kysely } from 'kysely';
import { DatabaseError } from '../../database/database-error.ts';
import { EmbeddedDialect } from '../../database/dialect.ts';
import { isBusy } from '../../database/in-transaction.ts';
import { isUpToDate } from '../../database/migrate.ts';
import { sqliteForKysely } from '../../database/sqlite.ts';
import { allMigrations, type AllTables } from '../all-tables.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface SourceTable {
  readonly name: string;
  readonly primaryKey: readonly string[];
  readonly rows: number;
}

/** The embedded database of a data folder as it was at one moment, which nothing here can write to. */
export interface MoveSource {
  readonly database: Kysely<AllTables>;
  readonly tables: readonly SourceTable[];
  /** The same for the same contents. */
  readonly digest: string;
  /** Rows in the order of the primary key. @param after one that was had; default: from the first on */
  rowsAfter(table: SourceTable, after: Row | undefined, limit: number): readonly Row[];
  close(): Promise<void>;
}

/**
 * As `openSource`, if nobody else has the database open: whoever has one with a write-ahead log open holds a lock on
 * it, however idle.
 * @throws DatabaseError `in_use`, `not_up_to_date`; the error of SQLite
 */
export async function openUnusedSource(file: string): Promise<MoveSource> {
  const lock = lockIfWritable(file);
  try {
    return await openSource(file);
  } finally {
    // Not before: the last one to close, if it may write, moves the log of a killed orchestrator into the database.
    lock?.close();
  }
}

/** Who may not write can still read; that nobody has written meanwhile is looked at in the end. */
function lockIfWritable(file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    // Read from first: a lock that is exclusive from the beginning could not be shared afterwards.
    database.exec(
      `pragma busy_timeout = 0; select 1 from sqlite_master; pragma locking_mode = exclusive; begin exclusive; rollback;
        pragma locking_mode = normal; select 1 from sqlite_master`,
    );
    return database;
  } catch (error) {
    database?.close();
    if (!isBusy(error)) return undefined;
    throw new DatabaseError(
      'in_use',
      `an orchestrator, or another program, has the database ${file} open`,
      'stop it, and run the move again: nothing was changed',
    );
  }
}

/** @throws DatabaseError `not_up_to_date`; the error of SQLite */
export async function openSource(file: string): Promise<MoveSource> {
  const source = openReadOnly(file);
  const database = new Kysely<AllTables>({ dialect: new EmbeddedDialect(sqliteForKysely(source)) });
  if (!(await isUpToDate(database, allMigrations))) {
    await database.destroy();
    throw new DatabaseError(
      'not_up_to_date',
      `the database ${file} was not written by this version`,
      'start and stop the orchestrator of this version over that data folder once, then move it',
    );
  }
  const tables = tablesOf(source);
  return {
    database,
    tables,
    digest: digestOf(source, tables),
    rowsAfter({ name, primaryKey }, after, limit) {
      const key = primaryKey.map((column) => `"${column}"`).join(', ');
      const values = after === undefined ? [] : primaryKey.map((column) => cellOf(after[column]));
      const behind = after === undefined ? '' : `where (${key}) > (${primaryKey.map(() => '?').join(', ')})`;
      return source.prepare(`select * from "${name}" ${behind} order by ${key} limit ${limit}`).all(...values);
    },
    close: () => database.destroy(),
  };
}

function openReadOnly(file: string): DatabaseSync {
  try {
    return openAt(file);
  } catch (error) {
    if (sqliteCode(error) !== cannotMakeFiles || existsSync(`${file}-wal`)) throw error;
    // Where nothing can be written, and there is no log, nobody needs the files that readers share.
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return openAt(url);
  }
}

function openAt(place: string | URL): DatabaseSync {
  const database = new DatabaseSync(place, { readOnly: true });
  try {
    // Where rows are read later, they are still of this moment.
    database.exec('begin; select 1 from sqlite_master');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_CANTOPEN (sqlite.org/rescode.html): also of the files that readers of a log share. */
const cannotMakeFiles = 14;

/** @returns the result code of SQLite; `undefined` for other errors */
function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** An error of SQLite in words; any other as it is. Only a source is a SQLite. */
export function unreadable(file: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const hasLog = code === cannotMakeFiles && existsSync(`${file}-wal`);
  return new DatabaseError(
    'cannot_open',
    `cannot read the database ${file} (${error.message})`,
    hasLog
      ? 'an orchestrator that was killed has left kici.db-wal, which can be read only where files can be made beside it: copy the data folder to such a place, and move the copy'
      : 'check that --from is the data folder of an orchestrator, its permissions, and the disk that it is on',
  );
}

function tablesOf(source: DatabaseSync): readonly SourceTable[] {
  const names = source
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!'
        and name not like '%!_migrations' escape '!' and name not like '%!_migration!_lock' escape '!'
        and name <> 'data_moves' order by name`,
    )
    .all();
  return names.map((row) => {
    const name = String(row['name']);
    const columns = source.prepare('select name from pragma_table_info(?) where pk > 0 order by pk').all(name);
    const count = source.prepare(`select count(*) as n from "${name}"`).get();
    return { name, primaryKey: columns.map((column) => String(column['name'])), rows: Number(count?.['n']) };
  });
}

/** Every change leaves a row in the audit log, apart from those that no one would miss. */
function digestOf(source: DatabaseSync, tables: readonly SourceTable[]): string {
  const heads = source
    .prepare(
      `select organization, sequence, mac from audit_rows as a where sequence =
        (select max(sequence) from audit_rows where organization = a.organization) order by organization`,
    )
    .all();
  const counts = tables.map(({ name, rows }) => [name, rows]);
  return createHash('sha256')
    .update(JSON.stringify([heads, counts]))
    .digest('hex');
}

function cellOf(value: unknown): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError('a primary key is text or a number');
}
