import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isUpToDate } from '../../src/database/migrate.ts';
import { openPostgres } from '../../src/database/postgres/open.ts';
import { allMigrations } from '../../src/composition/all-tables.ts';
import { describeLane } from '../support/lane.ts';
import { makeDatabase, postgresLane, serverUrl } from '../support/postgres.ts';
import { cleanEnvironment, runProgram, type ProgramResult } from '../support/programs.ts';

async function migrateIn(
  environment: Readonly<Record<string, string>>,
): Promise<ProgramResult & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-migrate-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = { KICI_DATA_DIR: join(folder, 'data') };
  const result = await runProgram('kici-orchestrator', ['migrate'], {
    environment: { ...cleanEnvironment(folder), ...data, ...environment },
  });
  return { ...result, folder };
}

it('makes the tables of the embedded database, and no key', async () => {
  const { code, stdout, folder } = await migrateIn({});
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^the tables in .*data are up to date\n$/)]);
  expect([existsSync(join(folder, 'data/kici.db')), existsSync(join(folder, '.config'))]).toEqual([true, false]);
});

it('says which server it did not reach', async () => {
  const { code, stderr } = await migrateIn({ KICI_DATABASE_URL: 'postgres://kici@127.0.0.1:1/kici' });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/127\.0\.0\.1:1\b.*ECONNREFUSED/)]);
});

describeLane(postgresLane, () => {
  it('makes the tables of a PostgreSQL, and leaves no trace on this machine', async () => {
    const url = serverUrl(await makeDatabase());
    const { code, stdout, folder } = await migrateIn({ KICI_DATABASE_URL: url });
    expect([code, stdout]).toEqual([0, 'the tables in the database are up to date\n']);
    expect(await readdir(folder)).toEqual([]);
    const database = await openPostgres({ url });
    expect(await isUpToDate(database, allMigrations)).toBe(true);
    await database.destroy();
  });
});
