import { checkKey } from '../keyring/key-check.ts';
import { keyFromFile } from '../keyring/key-encryption-key.ts';
import { rotateKeyEncryptionKey } from '../keyring/rotate-key.ts';
import { readKey } from './read-key.ts';
import type { ServerSettings } from './settings.ts';
import { openExisting } from './storage.ts';

export interface KeyRotation {
  /** How many data keys the new key wraps now. */
  readonly dataKeys: number;
  /** True when the file of the new key was made. */
  readonly createdKeyFile: boolean;
}

/**
 * Puts the data keys of a data folder under the key of another file, which is created if there is none. The new key is
 * safe on disk before anything needs it, and the old one opens the database until all data keys are under the new one.
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
