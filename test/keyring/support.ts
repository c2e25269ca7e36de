import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { onTestFinished } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { keyFromText, type KeyEncryptionKey } from '../../src/keyring/key-encryption-key.ts';
import { keyringMigrations, type KeyringTables } from '../../src/keyring/tables.ts';
import { databaseFor } from '../support/engine.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-keyring-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A new connection to the same file with each call. */
export async function keyringDatabase(folder: string): Promise<Kysely<KeyringTables>> {
  const database = await (await databaseFor(folder, 'keys.db')).open<KeyringTables>();
  onTestFinished(() => database.destroy());
  await migrate(database, [keyringMigrations]);
  return database;
}

export const keyA = (): KeyEncryptionKey => keyFromText('a1'.repeat(32), 'key A');
export const keyB = (): KeyEncryptionKey => keyFromText('b2'.repeat(32), 'key B');
export const now = (): number => 1_764_000_000_000;
