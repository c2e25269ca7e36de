import { afterAll, beforeAll, expect, it } from 'vitest';
import { allMigrations } from '../../../../src/composition/all-tables.ts';
import { openServer } from '../../../../src/composition/storage.ts';
import { isUpToDate } from '../../../../src/database/migrate.ts';
import {
  createScene,
  killPoints,
  nameOf,
  type KillPoint,
  type Scene,
} from '../../../orchestrator/support/kill-points.ts';
import { describeLane } from '../../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../../support/postgres.ts';
import { commitStatement, createTap } from '../../../support/tap.ts';

/** Every point of a write; of the others the statements before they are made, and their own commit. */
const points = killPoints.filter(
  ({ deed, statement, when, skip }) =>
    deed.name === 'a write' || (statement === commitStatement ? skip === 1 : when === 'before'),
);
/** Two end the process itself; for the database the end of its connections is the same. */
const killed = new Set([0, points.length - 1]);

describeLane(postgresLane, () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await createScene(serverUrl(await makeDatabase()));
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it.each(points.map((point, at): [string, KillPoint, number] => [nameOf(point), point, at]))(
    'an orchestrator that ends during %s leaves all of it or nothing',
    async (_, point, at) => {
      expect(await scene.kill(point, killed.has(at) ? 'process' : 'connections')).toEqual([]);
    },
  );

  const places = [
    ['create table "jobs"', 'after'],
    ['create table "internal_secrets"', 'before'],
    [commitStatement, 'before'],
    [commitStatement, 'after'],
  ] as const;
  it.each(places)('a migration that ends at %j, %s, leaves every table or none', async (statement, when) => {
    const url = serverUrl(await makeDatabase());
    const tables = async (): Promise<number> =>
      (await runSql(url, "select 1 from pg_tables where schemaname = 'public'")).length;
    await using tap = await createTap(url);
    const reached = tap.stopAt({ statement, when });
    const migrating = openServer({ url: tap.url });
    migrating.catch(() => undefined);
    await reached;
    tap.cut();
    await expect(migrating).rejects.toThrow('cannot be reached');
    const left = await tables();
    const database = await openServer({ url });
    expect(await isUpToDate(database, allMigrations)).toBe(true);
    await database.destroy();
    expect(left).toBe(statement === commitStatement && when === 'after' ? await tables() : 0);
  });
});
