import type { Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { createRecentWrites, type SharedRecentWrites } from '../../src/orchestrator/backends/recent-writes.ts';
import { orchestratorMigrations } from '../../src/orchestrator/migrations.ts';
import type { OrchestratorTables } from '../../src/orchestrator/tables.ts';
import { databaseFor } from '../support/engine.ts';
import { temporaryFolder } from './support/server.ts';

const hour = 3_600_000;
const backend = { organization: 'default', name: 'corp-gcp', added: 7 };

async function openTables(): Promise<Kysely<OrchestratorTables>> {
  const database = await (await databaseFor(await temporaryFolder())).open<OrchestratorTables>();
  onTestFinished(() => database.destroy());
  await migrate(database, [orchestratorMigrations]);
  return database;
}

/** As two orchestrators have it; the other one remembers what was there at first. */
async function ofTwo(now: () => number = () => 0): Promise<{ one: SharedRecentWrites; other: SharedRecentWrites }> {
  const database = await openTables();
  const one = createRecentWrites(database, backend, now);
  const other = createRecentWrites(database, backend, now);
  expect(await other.of('K')).toBeUndefined();
  return { one, other };
}

describe('recent writes of a backend that orchestrators share', () => {
  it('show on another one once it knows that somebody has written', async () => {
    const { one, other } = await ofTwo();
    await one.record('K', { version: 2, at: 5 });
    other.refresh();
    expect(await other.of('K')).toEqual({ version: 2, at: 5 });
  });

  it('are asked of the database only then', async () => {
    let now = 0;
    const database = await openTables();
    const asked: string[] = [];
    const counted = createRecentWrites(
      database.withPlugin({
        transformQuery: ({ node }) => {
          asked.push(node.kind);
          return node;
        },
        transformResult: async ({ result }) => result,
      }),
      backend,
      () => (now += 1),
    );
    for (let round = 0; round < 3; round += 1) await counted.of(`K${round}`);
    expect(asked).toEqual(['SelectQueryNode']);
    await counted.record('K', { version: 1, at: 1 });
    expect(await counted.of('K')).toEqual({ version: 1, at: 1 });
    expect(asked, 'its own writes it knows').toEqual(['SelectQueryNode', 'InsertQueryNode']);
  });

  it.each([
    ['the later, whichever is recorded last', { version: 3, at: 6 }, { version: 2, at: 5 }],
    ['the higher of one moment', { version: 3, at: 5 }, { version: 2, at: 5 }],
    ['the later, though numbers have begun again', { version: 1, at: 9 }, { version: 8, at: 5 }],
  ])('of two writes keep %s', async (_, later, earlier) => {
    for (const order of [
      [earlier, later],
      [later, earlier],
    ]) {
      const { one, other } = await ofTwo();
      for (const write of order) await one.record('K', write);
      other.refresh();
      expect([await one.of('K'), await other.of('K')]).toEqual([later, later]);
    }
  });

  it('forget one write, and not the later one that another orchestrator has made meanwhile', async () => {
    const { one, other } = await ofTwo();
    const write = { version: 5, at: 5 };
    await one.record('K', write);
    await other.record('K', { version: 1, at: 6 });
    await one.forget('K', write);
    one.refresh();
    expect(await one.of('K')).toEqual({ version: 1, at: 6 });
    await one.forget('K', { version: 1, at: 6 });
    other.refresh();
    expect([await one.of('K'), await other.of('K')]).toEqual([undefined, undefined]);
  });

  it('know what was recorded while they were being looked up', async () => {
    const { one } = await ofTwo();
    one.refresh();
    const looking = one.of('another');
    await one.record('K', { version: 1, at: 1 });
    await looking;
    expect(await one.of('K')).toEqual({ version: 1, at: 1 });
  });

  it('end after an hour, remembered or not', async () => {
    let now = 0;
    const { one, other } = await ofTwo(() => now);
    await one.record('K', { version: 1, at: 1 });
    now = hour - 1;
    expect(await one.of('K')).toBeDefined();
    now = hour;
    other.refresh();
    expect([await one.of('K'), await other.of('K')]).toEqual([undefined, undefined]);
  });

  it('are of one backend, and not of another of its name, or of another organization', async () => {
    const database = await openTables();
    const at = (owner: Partial<typeof backend>) => createRecentWrites(database, { ...backend, ...owner }, () => 0);
    await at({}).record('K', { version: 1, at: 1 });
    for (const owner of [{ added: 8 }, { name: 'other' }, { organization: 'other' }])
      expect(await at(owner).of('K')).toBeUndefined();
  });

  it('of a database that is away are not "none", and come back with it', async () => {
    const database = await openTables();
    let isAway = true;
    const flaky = createRecentWrites(
      database.withPlugin({
        transformQuery: ({ node }) => {
          if (isAway) throw new Error('away, with a statement in the message');
          return node;
        },
        transformResult: async ({ result }) => result,
      }),
      backend,
      () => 0,
    );
    const unreachable = { code: 'unreachable' };
    await expect(flaky.of('K')).rejects.toMatchObject(unreachable);
    await expect(flaky.record('K', { version: 1, at: 1 })).rejects.toMatchObject(unreachable);
    isAway = false;
    expect(await flaky.of('K')).toBeUndefined();
  });
});
