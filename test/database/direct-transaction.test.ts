import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Transaction } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';

interface Tables {
  readonly things: { id: string };
}

async function open(ran: (text: string, failed: boolean) => void = () => undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'kici-direct-'));
  const database = openDatabase<Tables>(join(folder, 'kici.db'), undefined, {
    ran: (text, _, failed) => ran(text, failed),
    synced: () => undefined,
    pooled: () => undefined,
  });
  onTestFinished(async () => {
    await database.destroy();
    await rm(folder, { recursive: true });
  });
  await sql`create table things (id text primary key)`.execute(database);
  return database;
}

it('whoever keeps a transaction is refused once it is over, and changes nothing', async () => {
  const database = await open();
  const kept: Transaction<Tables>[] = [];
  const keep = async (transaction: Transaction<Tables>): Promise<void> => {
    kept.push(transaction);
    await transaction.insertInto('things').values({ id: 'inside' }).execute();
  };
  await database.transaction().execute(keep);
  await expect(
    database
      .transaction()
      .setIsolationLevel('serializable')
      .execute(async (transaction) => {
        await transaction.deleteFrom('things').execute();
        await keep(transaction);
        throw new Error('undone');
      }),
  ).rejects.toThrow('undone');
  expect(kept).toHaveLength(2);
  for (const transaction of kept)
    await expect(transaction.insertInto('things').values({ id: 'late' }).execute()).rejects.toThrow(/over/);
  // Another one that is open does not let them in either.
  await database.transaction().execute(async (current) => {
    await expect(kept[0]?.deleteFrom('things').execute()).rejects.toThrow(/over/);
    expect(await current.selectFrom('things').selectAll().execute()).toEqual([{ id: 'inside' }]);
  });
});

it('a statement that nobody waited for is undone with its transaction, or refused', async () => {
  const database = await open();
  for (let turns = 0; turns <= 10; turns += 1) {
    let late: Promise<unknown> = Promise.resolve();
    const work = database.transaction().execute(async (transaction) => {
      late = (async () => {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        await transaction.insertInto('things').values({ id: 'late' }).execute();
      })().catch(() => undefined);
      await transaction.insertInto('things').values({ id: 'inside' }).execute();
      throw new Error('undone');
    });
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await Promise.allSettled([work, late]);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await database.selectFrom('things').selectAll().execute(), `${turns} turns`).toEqual([]);
  }
});

it('statements of a transaction say how many rows they changed, and are told to whoever measures', async () => {
  const told: [text: string, failed: boolean][] = [];
  const database = await open((text, failed) => told.push([text, failed]));
  told.length = 0;
  await database.transaction().execute(async (transaction) => {
    const inserted = await transaction
      .insertInto('things')
      .values([{ id: 'a' }, { id: 'b' }])
      .executeTakeFirst();
    expect(inserted.numInsertedOrUpdatedRows).toBe(2n);
    await expect(transaction.insertInto('things').values({ id: 'a' }).execute()).rejects.toThrow(/UNIQUE/);
    const deleted = await transaction.deleteFrom('things').where('id', '=', 'b').executeTakeFirst();
    expect(deleted.numDeletedRows).toBe(1n);
  });
  expect(told.filter(([text]) => text.includes('things')).map(([, failed]) => failed)).toEqual([false, true, false]);
  expect(await database.selectFrom('things').selectAll().execute()).toEqual([{ id: 'a' }]);
});
