import { checkKey } from '../keyring/key-check.ts';
import { keyFromFile } from '../keyring/key-encryption-key.ts';
import { rotateKeyEncryptionKey } from '../keyring/rotate-key.ts';
import { readKey } from './read-key.ts';
import type { ServerSettings } from './settings.ts';
import { openExisting } from './storage.ts';

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
  settings: Pick<ServerSettings, 'dataDir' | 'database' | 'key'>,
  newKeyFile: string,
): Promise<KeyRotation> {
  const database = await openExisting(settings);
  try {
    const from = await readKey(settings.key);
    await checkKey(database, from.key);
    const to = await keyFromFile(newKeyFile, true);
    return { dataKeys: await rotateKeyEncryptionKey(database, from.key, to.key), createdKeyFile: to.created };
  } finally {
    await database.destroy();
  }
}
