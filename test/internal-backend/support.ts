import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  parseScopePath,
  type CallContext,
  type ListPage,
  type ScopePath,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { Kysely } from 'kysely';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { EmbeddedDialect } from '../../src/database/dialect.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ServerDialect } from '../../src/database/postgres/dialect.ts';
import { statementTimeouts } from '../../src/database/postgres/limits.ts';
import { createPool } from '../../src/database/postgres/pool.ts';
import { sqliteForKysely } from '../../src/database/sqlite.ts';
import { keyFromText, type KeyEncryptionKey } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring, type Keyring } from '../../src/keyring/keyring.ts';
import { keyringMigrations, type KeyringTables } from '../../src/keyring/tables.ts';
import { databaseFor, releaseDatabase, type FolderDatabase } from '../support/engine.ts';
import { faultyDialect, type FaultSwitch } from './faulty-dialect.ts';
import { internalDefinition, internalMigrations, type InternalTables } from '../../backends/internal/index.ts';

export type Tables = InternalTables & KeyringTables;

/** The store over a real database file and a real keyring. */
export interface TestStore {
  /** Where it is, and its database with it unless that is on a server. */
  readonly folder: string;
  readonly database: Kysely<Tables>;
  readonly keyring: Keyring;
  readonly backend: SecretBackend;
  /** @param now default: the clock */
  backendOf(organization: string, now?: () => number): Promise<SecretBackend>;
  /** The same file on a separate connection, as in another process. */
  reopen(key?: KeyEncryptionKey): Promise<TestStore>;
  readonly dispose: () => Promise<void>;
}

/** How long these tests' stores keep deleted secrets. */
export const keepDeletedMs = 60_000;

export const testKey = (): KeyEncryptionKey => keyFromText('ab'.repeat(32), 'the test');

/** @param faults every statement passes through it; default: the database is opened as the server opens it */
export async function createTestStore(faults?: FaultSwitch): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-internal-'));
  const stores = new Array<TestStore>();
  const own = await databaseFor(folder);
  const database = faults === undefined ? await own.open<Tables>() : openFaulty(folder, own, faults);
  const first = await open(folder, database, testKey(), stores);
  return {
    ...first,
    async dispose() {
      for (const store of stores) await store.database.destroy();
      releaseDatabase(folder);
      await rm(folder, { recursive: true });
    },
  };
}

function openFaulty(folder: string, { server }: FolderDatabase, faults: FaultSwitch): Kysely<Tables> {
  if (server !== undefined) {
    const timeoutMs = statementTimeouts.serving;
    const dialect = new ServerDialect(createPool({ connectionString: server.url }, timeoutMs), timeoutMs);
    return new Kysely({ dialect: faultyDialect(dialect, faults) });
  }
  const database = new DatabaseSync(join(folder, 'kici.db'));
  // These tests do not cut the power, and syncing thousands of seeds takes long.
  database.exec('pragma journal_mode = wal; pragma synchronous = off');
  return new Kysely({ dialect: faultyDialect(new EmbeddedDialect(sqliteForKysely(database)), faults) });
}

async function open(
  folder: string,
  database: Kysely<Tables>,
  key: KeyEncryptionKey,
  stores: TestStore[],
): Promise<TestStore> {
  await migrate(database, [keyringMigrations, internalMigrations]);
  const keyring = await openKeyring(database, key, () => Date.now());
  const backendOf = async (organization: string, now?: () => number): Promise<SecretBackend> =>
    internalDefinition(database, keyring, keepDeletedMs, inTransaction).create(
      {},
      testHost({ name: 'internal', organization, ...(now !== undefined && { now }) }),
    );
  const store: TestStore = {
    folder,
    database,
    keyring,
    backendOf,
    backend: await backendOf('default'),
    reopen: async (other = key) => open(folder, await (await databaseFor(folder)).open<Tables>(), other, stores),
    dispose: () => database.destroy(),
  };
  stores.push(store);
  return store;
}

export function context(): CallContext {
  return { signal: new AbortController().signal, deadline: Date.now() + 10_000 };
}

export function scope(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

export async function pagesOf(backend: SecretBackend): Promise<readonly ListPage[]> {
  const pages = new Array<ListPage>();
  for await (const page of backend.list({ depth: 'tree' }, context())) pages.push(page);
  return pages;
}
