import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAddressGuard } from '@kici-dev/secret-federation';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { createContainer } from '../../src/composition/container.ts';
import { shippedBackendPackages } from '../../src/composition/settings.ts';
import { identifiers } from '../../src/composition/identifiers.ts';
import { migrate } from '../../src/database/migrate.ts';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import { openKeyring } from '../../src/keyring/keyring.ts';
import { databaseFor } from '../support/engine.ts';
import { noTelemetry } from '../../src/telemetry/telemetry.ts';

it('resolves every token once, and to the same thing each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-wiring-'));
  const database = await (await databaseFor(folder)).open<AllTables>();
  onTestFinished(async () => {
    await database.destroy();
    await rm(folder, { recursive: true });
  });
  await migrate(database, allMigrations);
  const keyring = await openKeyring(database, keyFromText('5a'.repeat(32), 'the test key'), Date.now);
  const settings = {
    dataDir: '/nowhere',
    key: { kind: 'text', text: '', name: '' },
    host: '127.0.0.1',
    port: 0,
    dashboard: false,
    allowedAddresses: undefined,
    ambientCredentials: false,
    ambientPaths: [],
    backendPackages: shippedBackendPackages,
    keepDeletedMs: 0,
    requestTimeoutMs: 1_000,
  } as const;
  const container = createContainer({
    settings,
    log: pino({ level: 'silent' }),
    resolveAddress: createAddressGuard(),
    now: Date.now,
    telemetry: noTelemetry,
    certificate: undefined,
    database,
    keyring,
  });
  const severalTimes = ['backendPackage', 'areaHandlers'];
  for (const [name, token] of Object.entries(identifiers)) {
    const resolve = (): unknown =>
      severalTimes.includes(name) ? container.getAll<unknown>(token)[0] : container.get<unknown>(token);
    const resolved = resolve();
    expect(resolved, name).toBeDefined();
    expect(resolve(), name).toBe(resolved);
  }
  expect(container.getAll(identifiers.backendPackage).map(({ name }) => name)).toEqual(shippedBackendPackages);
});
