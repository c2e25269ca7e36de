import { existsSync } from 'node:fs';
import { DatabaseError } from '../database/database-error.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { checkKey } from '../keyring/key-check.ts';
import { keyFromFile } from '../keyring/key-encryption-key.ts';
import { rotateKeyEncryptionKey } from '../keyring/rotate-key.ts';
import { allMigrations, type AllTables } from './all-tables.ts';
import { readKey } from './read-key.ts';
import { databaseFile, type ServerSettings } from './settings.ts';

export interface KeyRotation {
  readonly dataKeys: number;
  /** True if the file of the new key was made. */
  readonly createdKeyFile: boolean;
}

/**
 * Wraps the data keys of a data folder with the key of another file, which is created if needed. The new key is flushed
 * to disk before it is used, and the old one opens the database until all data keys are under the new one.
 * @throws KeyringError, DatabaseError
 */
export async function rotateKey(
  { dataDir, key }: Pick<ServerSettings, 'dataDir' | 'key'>,
  newKeyFile: string,
): Promise<KeyRotation> {
  const file = databaseFile(dataDir);
  if (!existsSync(file))
    throw new DatabaseError(
      'cannot_open',
      `there is no database ${file}`,
      'name the data folder with --data-dir or KICI_DATA_DIR',
    );
  const from = await readKey(key);
  const database = openDatabase<AllTables>(file);
  try {
    await migrate(database, allMigrations);
    await checkKey(database, from.key);
    const to = await keyFromFile(newKeyFile, true);
    return { dataKeys: await rotateKeyEncryptionKey(database, from.key, to.key), createdKeyFile: to.created };
  } finally {
    await database.destroy();
  }
}
