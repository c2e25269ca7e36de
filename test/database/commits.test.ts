import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LogCommits } from '../../src/database/commits.ts';
import { commitsOf, openDatabase } from '../../src/database/open.ts';

interface Tables {
  readonly things: { id: string };
}

async function folderOfTwo() {
  const folder = await mkdtemp(join(tmpdir(), 'kici-commits-'));
  const syncs = { first: 0, second: 0 };
  const open = (which: keyof typeof syncs) =>
    openDatabase<Tables>(join(folder, 'kici.db'), async () => {
      syncs[which] += 1;
    });
  const [first, second] = [open('first'), open('second')];
  onTestFinished(async () => {
    for (const database of [first, second]) {
      await commitsOf(database).close();
      await database.destroy();
    }
    await rm(folder, { recursive: true });
  });
  await first.schema.createTable('things').addColumn('id', 'text').execute();
  for (const database of [first, second]) await commitsOf(database).group();
  return { first, second, syncs };
}

it('what another process has committed is brought to the disk before anybody is told of it', async () => {
  const { first, second, syncs } = await folderOfTwo();
  await first.insertInto('things').values({ id: 'a' }).execute();
  expect(await second.selectFrom('things').selectAll().execute()).toEqual([{ id: 'a' }]);
  await commitsOf(second).durable();
  expect(syncs).toEqual({ first: 0, second: 1 });
});

it('what is on the disk is not brought there again', async () => {
  const { first, second, syncs } = await folderOfTwo();
  await first.insertInto('things').values({ id: 'a' }).execute();
  for (const database of [first, second]) {
    await commitsOf(database).durable();
    await commitsOf(database).durable();
  }
  expect(syncs).toEqual({ first: 1, second: 1 });
});

it('while another process recovers the database, everything counts as not on the disk yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-commits-'));
  const file = join(folder, 'log');
  await writeFile(file, '');
  let isBusy = false;
  let syncs = 0;
  const database = {
    exec: () => undefined,
    prepare: () => ({
      get: () => {
        // SQLITE_BUSY_RECOVERY (sqlite.org/rescode.html#busy_recovery)
        if (isBusy) throw Object.assign(new Error('database is locked'), { errcode: 261 });
        return { data_version: 1 };
      },
    }),
  };
  const commits = new LogCommits(database, file, async () => {
    syncs += 1;
  });
  onTestFinished(async () => {
    await commits.close();
    await rm(folder, { recursive: true });
  });
  await commits.group();
  isBusy = true;
  await commits.durable();
  expect(syncs).toBe(1);
});

it('what a statement finds while a transaction is open is not what may be undone', async () => {
  const { first } = await folderOfTwo();
  const query = first.selectFrom('things').selectAll().compile();
  const seen = first
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto('things').values({ id: 'undone' }).execute();
      const beside = first.executeQuery(query);
      throw Object.assign(new Error('undo'), { beside });
    })
    .catch((error: { readonly beside: ReturnType<typeof first.executeQuery<{ id: string }>> }) => error.beside);
  expect((await seen).rows).toEqual([]);
});
