import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { cannotUse } from '../database/cannot-use.ts';
import { DatabaseError } from '../database/database-error.ts';
import { migrate } from '../database/migrate.ts';
import { makeFolder, openDatabase } from '../database/open.ts';
import { parseAddress } from '../database/postgres/address.ts';
import { openPostgres, type DatabaseUse } from '../database/postgres/open.ts';
import { DatabaseUnavailableError } from '../database/unavailable.ts';
import { allMigrations, type AllTables } from './all-tables.ts';
import { fileProblem } from '../files/plain-file.ts';
import { databaseFile, type DatabaseServer, type ServerSettings } from './settings.ts';

export type StorageSettings = Pick<ServerSettings, 'dataDir' | 'database'>;

/**
 * Opens the database that the settings name, its tables up to date, and makes the data folder.
 * @param use default: nobody measures, and all work is the server's own
 * @throws DatabaseError
 */
export async function openStorage(
  { dataDir, database }: StorageSettings,
  use: DatabaseUse = {},
): Promise<Kysely<AllTables>> {
  if (database === undefined) return upToDate(openDatabase<AllTables>(databaseFile(dataDir), undefined, use.observer));
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw new DatabaseError(
      'cannot_open',
      `cannot make the data folder ${dataDir} (${fileProblem(error)})`,
      'check that it is a folder, or that its parent is writable; KICI_DATA_DIR names another',
    );
  }
  return requireMoved(await openServer(database, use));
}

/**
 * Only brings the tables up to date, which takes neither a key nor, for a server, a data folder.
 * @throws DatabaseError
 */
export async function migrateStorage({ dataDir, database }: StorageSettings): Promise<void> {
  if (database === undefined) await (await openStorage({ dataDir, database })).destroy();
  else await migrateServer(database);
}

/**
 * Opens a PostgreSQL, its tables up to date.
 * @throws DatabaseError
 */
export async function openServer(server: DatabaseServer, use?: DatabaseUse): Promise<Kysely<AllTables>> {
  await migrateServer(server);
  return openPostgres<AllTables>({ url: server.url, passwordFile: server.passwordFile }, 'serving', use);
}

async function migrateServer({ url, migrationUrl, passwordFile }: DatabaseServer): Promise<void> {
  // The file's password is for every URL without one.
  const usesFile = migrationUrl === undefined || parseAddress(migrationUrl).password === undefined;
  const migrating = await openPostgres<AllTables>(
    { url: migrationUrl ?? url, passwordFile: usesFile ? passwordFile : undefined },
    'migrating',
  );
  try {
    await (await upToDate(migrating)).destroy();
  } catch (error) {
    throw DatabaseUnavailableError.is(error) ? cannotUse(error, 'migrating') : error;
  }
}

/**
 * As `openStorage`, for what is done to an installation that is there.
 * @throws DatabaseError `cannot_open` where a data folder holds none
 */
export async function openExisting(settings: StorageSettings): Promise<Kysely<AllTables>> {
  if (settings.database === undefined) requireDatabase(settings.dataDir);
  return openStorage(settings);
}

/** @throws DatabaseError `cannot_open` */
export function requireDatabase(dataDir: string): void {
  const file = databaseFile(dataDir);
  if (existsSync(file)) return;
  throw new DatabaseError(
    'cannot_open',
    `there is no database ${file}`,
    'name the data folder with --data-dir or KICI_DATA_DIR',
  );
}

/** A part of an installation is none. @throws DatabaseError `unfinished_move` */
async function requireMoved(database: Kysely<AllTables>): Promise<Kysely<AllTables>> {
  const moves = database.selectFrom('data_moves').select('id').where('done', '=', 0);
  const unfinished = await moves.executeTakeFirst().catch(async (error: unknown) => {
    await database.destroy();
    throw error;
  });
  if (unfinished === undefined) return database;
  await database.destroy();
  throw new DatabaseError(
    'unfinished_move',
    'an installation is being moved into this database, and is not complete',
    'let the move end, or run it again: it goes on where it was',
  );
}

async function upToDate(database: Kysely<AllTables>): Promise<Kysely<AllTables>> {
  try {
    await migrate(database, allMigrations);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
