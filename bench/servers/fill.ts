import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SecretValue } from '@kici-dev/secret-backend';
import { createStore } from '@kici-dev/secret-backend-internal';
import { withSeal } from '../../backends/internal/row-seal.ts';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { keyText } from './orchestrator.ts';

export const keysPerScope = 20;

/** `team-7/app-123/production`, the scope of a number. */
export function scopeOf(index: number): string {
  return `team-${index % 100}/app-${index}/production`;
}

export function keyOf(index: number): string {
  return `KEY_${String(index).padStart(4, '0')}`;
}

/** A data folder with secrets, sealed as the store seals them, written past it because it would take an hour. */
export async function fill(dataDir: string, secrets: number, perScope: number = keysPerScope): Promise<void> {
  const file = join(dataDir, 'kici.db');
  const database = openDatabase<AllTables>(file);
  await migrate(database, allMigrations);
  const keyring = await openKeyring(database, keyFromText(keyText, 'the bench'), Date.now);
  const store = createStore(database, keyring, 'default', { now: Date.now, keepDeletedMs: 0, inTransaction });
  const sign = await store.signer();
  const value = SecretValue.fromBytes(createHmac('sha256', 'bench').digest());
  await store.seal({ scope: 's', key: 'K', version: 1 }, value);
  const beside = new DatabaseSync(file);
  const scopes = beside.prepare('insert into internal_scopes (organization, scope, created_at) values (?, ?, ?)');
  const rows = beside.prepare(
    'insert into internal_secrets (organization, scope, key, version, last_version, deleted, updated_at, seal) values (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const versions = beside.prepare(
    'insert into internal_versions (organization, scope, key, version, sealed, created_at) values (?, ?, ?, ?, ?, ?)',
  );
  const at = Date.now();
  const order = Array.from({ length: Math.ceil(secrets / perScope) }, (_, index) => scopeOf(index)).toSorted();
  beside.exec('pragma synchronous = off; begin');
  for (const scope of order) {
    scopes.run('default', scope, at);
    for (let index = 0; index < perScope; index += 1) {
      const place = { scope, key: keyOf(index), version: 1 };
      const row = withSeal(sign, { organization: 'default', ...place, last_version: 1, deleted: 0, updated_at: at });
      rows.run('default', scope, place.key, 1, 1, 0, at, row.seal);
      versions.run('default', scope, place.key, 1, await store.seal(place, value), at);
    }
  }
  beside.exec('commit');
  beside.close();
  await database.destroy();
}
