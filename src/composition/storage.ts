import { existsSync } from 'node:fs';
import type { Kysely } from 'kysely';
import { DatabaseError } from '../database/database-error.ts';
import { migrate } from '../database/migrate.ts';
import { makeFolder, openDatabase } from '../database/open.ts';
import { openPostgres } from '../database/postgres/open.ts';
import { allMigrations, type AllTables } from './all-tables.ts';
import { databaseFile, type ServerSettings } from './settings.ts';

export type StorageSettings = Pick<ServerSettings, 'dataDir' | 'database'>;

/**
 * Opens the database that the settings name, its tables up to date, and makes the data folder.
 * @throws DatabaseError
 */
export async function openStorage({ dataDir, database }: StorageSettings): Promise<Kysely<AllTables>> {
  if (database === undefined) return upToDate(openDatabase<AllTables>(databaseFile(dataDir)));
  const { url, migrationUrl, passwordFile } = database;
  makeFolder(dataDir);
  if (migrationUrl === undefined) return upToDate(await openPostgres<AllTables>({ url, passwordFile }));
  const migrating = await openPostgres<AllTables>({ url: migrationUrl });
  await (await upToDate(migrating)).destroy();
  return openPostgres<AllTables>({ url, passwordFile });
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

async function upToDate(database: Kysely<AllTables>): Promise<Kysely<AllTables>> {
  try {
    await migrate(database, allMigrations);
    return database;
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
