import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inTransaction, InterruptedError } from '../../src/database/in-transaction.ts';
import { divideQueue } from '../../src/database/transaction-queues.ts';
import { openDatabase } from '../../src/database/open.ts';

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'kici-database-'));
  const database = openDatabase<{ things: { id: string } }>(join(folder, 'kici.db'));
  onTestFinished(async () => {
    await database.destroy();
    await rm(folder, { recursive: true });
  });
  await sql`create table things (id text)`.execute(database);
  return database;
}

it.each([
  ['serialization_failure', { code: '40001' }],
  ['deadlock_detected', { code: '40P01' }],
  ['SQLITE_BUSY', { code: 'ERR_SQLITE_ERROR', errcode: 5 }],
])('work that met others runs again, and what it did the first time is gone: %s', async (_, met) => {
  const database = await open();
  let runs = 0;
  const result = await inTransaction(database, async (transaction) => {
    runs += 1;
    await transaction
      .insertInto('things')
      .values({ id: `run ${runs}` })
      .execute();
    if (runs < 3) throw Object.assign(new Error('others came in between'), met);
    return 'done';
  });
  expect(result).toBe('done');
  expect(await database.selectFrom('things').selectAll().execute()).toEqual([{ id: 'run 3' }]);
});

it.each([[{ code: '23505' }], [{ code: '40003' }], [{ code: '08006' }], [{}]])(
  'work that failed for another reason runs once: %j',
  async (reason) => {
    const database = await open();
    let runs = 0;
    const failing = inTransaction(database, async () => {
      runs += 1;
      throw Object.assign(new Error('failed'), reason);
    });
    await expect(failing).rejects.toThrow('failed');
    expect(runs).toBe(1);
  },
);

it('work that meets others again and again is done before anything else begins', async () => {
  const database = await open();
  const state = { begun: 0, seen: -1, isOver: false };
  const others = async (): Promise<void> => {
    for (; !state.isOver; await nextTurn())
      await inTransaction(database, async () => {
        state.begun += 1;
      });
  };
  const going = Promise.all([others(), others()]);
  const result = inTransaction(database, async () => {
    const before = state.seen;
    state.seen = state.begun;
    if (before !== state.begun) throw Object.assign(new Error('others came in between'), { code: '40001' });
    return 'done';
  }).finally(() => {
    state.isOver = true;
  });
  expect(await result).toBe('done');
  await going;
});

it.each([{ code: '40001' }, { code: '40P01' }, { code: 'ERR_SQLITE_ERROR', errcode: 5 }])(
  'work that has met others for too long (%j) fails by a name of its own, and by their codes',
  async (met) => {
    const database = await open();
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const failing = inTransaction(database, async () => {
      vi.setSystemTime(Date.now() + 1_000);
      throw Object.assign(new Error('others came in between'), met);
    });
    await expect(failing).rejects.toThrow(InterruptedError);
    await expect(failing).rejects.toMatchObject(met);
  },
);

it('work that goes on meeting others holds them back for a second, and no longer', async () => {
  const database = await open();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const state = { runs: 0, hasOtherBegun: false, begunAfter: 0 };
  let other: Promise<void> | undefined;
  await inTransaction(database, async () => {
    state.runs += 1;
    if (state.hasOtherBegun) return;
    if (state.runs === 4)
      other = inTransaction(database, async () => {
        state.hasOtherBegun = true;
        state.begunAfter = state.runs;
      });
    if (state.runs > 4) vi.advanceTimersByTime(250);
    throw Object.assign(new Error('others came in between'), { code: '40001' });
  });
  await other;
  expect(state.begunAfter).toBeGreaterThanOrEqual(8);
});

it('work of other queues goes on meanwhile', async () => {
  const database = await open();
  const queue = new AsyncLocalStorage<string>();
  divideQueue(database, () => queue.getStore() ?? '');
  const done: string[] = [];
  const work = async (name: string): Promise<void> => {
    await queue.run(name, () => inTransaction(database, async () => void done.push(name)));
  };
  const others: Promise<void>[] = [];
  let runs = 0;
  await queue.run('a', () =>
    inTransaction(database, async () => {
      runs += 1;
      if (runs === 4) others.push(work('a'), work('b'));
      if (done.length === 0) throw Object.assign(new Error('others came in between'), { code: '40001' });
      done.push('a, which met others');
    }),
  );
  await Promise.all(others);
  expect(done).toEqual(['b', 'a, which met others', 'a']);
});
