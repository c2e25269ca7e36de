import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { allMigrations, type AllTables } from '../../../src/composition/all-tables.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { commitsOf, openDatabase } from '../../../src/database/open.ts';
import { probeWriting } from '../../../src/orchestrator/health/write-probe.ts';
import { answerTo } from '../../../src/orchestrator/http/error-reply.ts';

it('a disk that once did not take what was written leaves the server not ready, and its calls a 503', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-probe-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  let fails = false;
  const database = openDatabase<AllTables>(join(folder, 'kici.db'), async () => {
    if (fails) throw Object.assign(new Error('disk'), { code: 'EIO' });
  });
  onTestFinished(() => database.destroy());
  await migrate(database, allMigrations);
  await commitsOf(database).group();
  await probeWriting(database, folder, 1);
  fails = true;
  await expect(probeWriting(database, folder, 2)).rejects.toMatchObject({ name: 'NotDurableError' });
  fails = false;
  const error: unknown = await probeWriting(database, folder, 3).catch((thrown: unknown) => thrown);
  expect(answerTo(error, 'r')).toMatchObject({ status: 503, body: { error: 'database_unavailable' } });
});
