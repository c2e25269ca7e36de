import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { inject } from 'vitest';
import type { DatabaseServer } from '../../src/composition/settings.ts';
import { openDatabase } from '../../src/database/open.ts';
import { openPostgres } from '../../src/database/postgres/open.ts';
import { makeDatabase, runSql, serverUrl } from './postgres.ts';
import { runSqlSync } from './sql-sync.ts';

/** Which database the tests of this project run on; see `vitest.config.ts`. */
export const engine: 'sqlite' | 'postgres' = process.env['KICI_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';

const way = process.env['KICI_TEST_WAY'] === 'pgbouncer' ? 'pgbouncer' : 'directly';

/** The database of a data folder: in it, or beside it on a server. */
export interface FolderDatabase {
  /** As the settings of a server have it. */
  readonly server: DatabaseServer | undefined;
  open<Tables>(): Promise<Kysely<Tables>>;
  /** Runs statements beside whoever has it open. */
  execute(sql: string): void;
  /** Rows as the driver gives them. */
  read(sql: string): readonly Readonly<Record<string, unknown>>[];
  /** See `releaseDatabase`. */
  release(): void;
}

const known = new Map<string, Promise<FolderDatabase>>();
/** Emptying a database costs less than copying one. */
const released: string[] = [];
const changesTables = /\b(?:create|drop|alter)\b/i;

/** One for each file, and the same again for the same file. */
export function databaseFor(folder: string, file = 'kici.db'): Promise<FolderDatabase> {
  const path = join(folder, file);
  const found = known.get(path) ?? (engine === 'sqlite' ? Promise.resolve(embedded(path)) : onServer());
  known.set(path, found);
  return found;
}

/** Nobody uses those of a folder any more; another folder may get them, without their rows. */
export function releaseDatabase(folder: string): void {
  for (const [path, database] of known)
    if (path.startsWith(`${folder}/`)) {
      known.delete(path);
      void database.then((one) => one.release());
    }
}

function embedded(path: string): FolderDatabase {
  const beside = <T>(use: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path, { timeout: 5_000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  return {
    server: undefined,
    open: async <Tables>() => openDatabase<Tables>(path),
    execute: (sql) => beside((database) => database.exec(sql)),
    read: (sql) => beside((database) => database.prepare(sql).all()),
    release: () => undefined,
  };
}

async function onServer(): Promise<FolderDatabase> {
  const name = await emptyDatabase();
  const [url, used] = [serverUrl(name), serverUrl(name, way)];
  let isAsMade = true;
  return {
    server: { url: used },
    open: <Tables>() => openPostgres<Tables>({ url: used }),
    execute: (sql) => {
      isAsMade &&= !changesTables.test(sql);
      runSqlSync(url, sql);
    },
    read: (sql) => runSqlSync(url, sql),
    release: () => {
      if (isAsMade) released.push(name);
    },
  };
}

async function emptyDatabase(): Promise<string> {
  const name = released.pop();
  if (name === undefined) return makeDatabase(inject('postgresTemplate'));
  const url = serverUrl(name);
  const tables = await runSql<{ name: string }>(
    url,
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like '%migration%'`,
  );
  await runSql(url, tables.map((table) => `delete from "${table.name}";`).join(''));
  return name;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database with every table, to be copied. */
    postgresTemplate: string;
  }
}
