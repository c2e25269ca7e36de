import { once } from 'node:events';
import { expect, it } from 'vitest';
import { moveData } from '../../../src/composition/move/move-data.ts';
import { open } from '../../orchestrator/support/jobs.ts';
import { startServer, testKey } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';
import { cleanEnvironment, runProgram, spawnProgram } from '../../support/programs.ts';
import { createTap } from '../../support/tap.ts';
import { digestOf, installation, key, names } from './installation.ts';

describeLane(postgresLane, () => {
  it('an installation goes on where it was, with its audit log, and its source is as before', async () => {
    const old = await installation();
    const before = await digestOf(old);
    const to = { url: serverUrl(await makeDatabase()) };
    const moved = await moveData({ from: old.dataDir, to, key });
    expect(moved.organizations.map(({ name, auditIntact }) => [name, auditIntact])).toEqual(
      expect.arrayContaining([
        ['acme', true],
        ['default', true],
      ]),
    );
    expect(await digestOf(old)).toBe(before);
    const server = await startServer({ settings: { dataDir: old.dataDir, database: to } });
    const call = server.as(old.owner);
    expect(await (await open(server, 'production', call)).value('TOKEN')).toBe('new');
    expect((await call('secrets.versions', { scope: 'production', key: 'TOKEN' })).versions).toHaveLength(2);
    const { variables } = await call('variables.list', { environment: 'production' });
    expect(variables.map(({ value }) => value).toSorted()).toEqual(names.toSorted());
    expect(await call('backends.test', { name: 'corp' })).toMatchObject({});
    for (const organization of ['default', 'acme'])
      expect(await server.as(old.owner, organization)('audit.verify')).toMatchObject({ intact: true, problems: [] });
    await expect(moveData({ from: old.dataDir, to, key })).rejects.toMatchObject({ code: 'not_empty' });
  });

  it('goes on after a kill, and nobody starts on a part of it', async () => {
    const old = await installation();
    old.tamper(`insert into sign_in_codes with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
      select printf('%064d', i), 'nobody', null, 'default', 1, null from n`);
    const before = await digestOf(old);
    const url = serverUrl(await makeDatabase());
    await using tap = await createTap(url);
    const run = (to: string) => ({
      environment: { ...cleanEnvironment(old.dataDir), KICI_SECRET_KEY: testKey, KICI_DATABASE_URL: to },
    });
    const args = ['migrate-data', '--from', old.dataDir, '--json'];
    const copied = async (): Promise<number> =>
      (await runSql<{ n: string }>(url, 'select count(*) as n from sign_in_codes').catch(() => []))
        .map(({ n }) => Number(n))
        .at(0) ?? 0;
    for (let kills = 1; kills <= 2; kills += 1) {
      const had = await copied();
      const reached = tap.stopAt({ statement: 'insert into "sign_in_codes"', when: 'before', skip: 20 });
      const moving = spawnProgram('kici-orchestrator', args, run(tap.url));
      const ended = once(moving, 'close');
      await reached;
      moving.kill('SIGKILL');
      await ended;
      expect(await copied()).toBe(had + 2_000);
    }
    const early = startServer({ settings: { dataDir: old.dataDir, database: { url } } });
    await expect(early).rejects.toMatchObject({ code: 'unfinished_move' });
    const { code, stdout, stderr } = await runProgram('kici-orchestrator', args, run(url));
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ from: old.dataDir });
    expect(await copied()).toBe(5_000);
    expect(await digestOf(old)).toBe(before);
    const server = await startServer({ settings: { dataDir: old.dataDir, database: { url } } });
    expect(await server.as(old.owner)('audit.verify')).toMatchObject({ intact: true });
  });

  it('goes nowhere where something is already, with another key, or from what is none', async () => {
    const old = await installation();
    const used = { url: serverUrl(await makeDatabase()) };
    const there = await startServer({ settings: { database: used } });
    await expect(moveData({ from: old.dataDir, to: used, key })).rejects.toMatchObject({ code: 'not_empty' });
    expect(await there.call('audit.verify')).toMatchObject({ intact: true });
    const empty = { url: serverUrl(await makeDatabase()) };
    await expect(
      moveData({ from: old.dataDir, to: empty, key: { ...key, text: 'cd'.repeat(32) } }),
    ).rejects.toMatchObject({ code: 'wrong_key' });
    await expect(moveData({ from: '/nowhere', to: empty, key })).rejects.toMatchObject({ code: 'cannot_open' });
  });

  it('does not go on from a source that was changed meanwhile', async () => {
    const old = await installation();
    const to = { url: serverUrl(await makeDatabase()) };
    await moveData({ from: old.dataDir, to, key });
    await runSql(to.url, 'update data_moves set done = 0');
    old.tamper("insert into sign_in_codes values ('x', 'nobody', null, 'default', 1, null)");
    await expect(moveData({ from: old.dataDir, to, key })).rejects.toMatchObject({
      code: 'not_empty',
      message: expect.stringContaining('was changed since'),
    });
  });

  it('does not begin while an orchestrator runs over the source', async () => {
    const running = await startServer();
    const to = { url: serverUrl(await makeDatabase()) };
    await expect(moveData({ from: running.dataDir, to, key })).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining(running.databaseFile),
    });
    await running.application.stop();
    expect(await moveData({ from: running.dataDir, to, key })).toMatchObject({ rows: expect.any(Number) });
  });

  it('names the row of a text that PostgreSQL cannot store', async () => {
    const old = await installation();
    old.tamper("update variables set value = 'a' || char(0) || 'b' where name = 'V3'");
    const to = { url: serverUrl(await makeDatabase()) };
    await expect(moveData({ from: old.dataDir, to, key })).rejects.toMatchObject({
      code: 'move_failed',
      message: expect.stringMatching(
        /the column value of the table variables holds .* "default".* "production".* "V3"/,
      ),
    });
  });
});
