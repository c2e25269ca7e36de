import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { databaseClock } from '../../../src/database/clock.ts';
import { openPostgres } from '../../../src/database/postgres/open.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';

const hourMs = 3_600_000;

describeLane(postgresLane, () => {
  it("a clock is the server's, goes on by itself, and is set again by a look", async () => {
    const name = await makeDatabase();
    const url = serverUrl(name);
    // The server's own, as this database tells it.
    const turn = (hours: number) =>
      runSql(
        url,
        `create or replace function public.clock_timestamp() returns timestamptz language sql
          as $$ select pg_catalog.clock_timestamp() + interval '${hours} hours' $$`,
      );
    await turn(-5);
    await runSql(url, `alter database "${name}" set search_path = public, pg_catalog`);
    const database = await openPostgres({ url });
    onTestFinished(() => database.destroy());
    const { now, follow } = await databaseClock(database);
    const hoursOff = (): number => Math.round((now() - Date.now()) / hourMs);
    const before = now();
    expect(hoursOff()).toBe(-5);
    await turn(3);
    expect(hoursOff()).toBe(-5);
    expect(now()).toBeGreaterThanOrEqual(before);
    await follow();
    expect(hoursOff()).toBe(3);
  });

  it('is set by an answer only as far as the answer proves: waiting for a connection is no time that has passed', async () => {
    const database = await openPostgres({ url: serverUrl(await makeDatabase()) });
    onTestFinished(() => database.destroy());
    const { now, follow } = await databaseClock(database);
    const offBefore = now() - Date.now();
    const busy = Array.from({ length: 10 }, () => sql`select pg_sleep(1)`.execute(database));
    await follow();
    expect(Math.abs(now() - Date.now() - offBefore)).toBeLessThan(250);
    await Promise.all(busy);
  });
});
