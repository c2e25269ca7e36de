import type { TestProject } from 'vitest/node';
import { allMigrations } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openPostgres } from '../../src/database/postgres/open.ts';
import { makeDatabase, serverUrl } from './postgres.ts';

/** Copying a database costs less than making its tables. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const name = await makeDatabase();
  const database = await openPostgres({ url: serverUrl(name) });
  await migrate(database, allMigrations);
  await database.destroy();
  provide('postgresTemplate', name);
}
