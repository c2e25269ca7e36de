import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAlone } from '../orchestrator/support/members.ts';
import { startServer, testKey } from '../orchestrator/support/server.ts';
import { digestOf, installation } from '../composition/move/installation.ts';
import { dyingAt, type KillPoint } from '../support/kill-at.ts';
import { describeLane } from '../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../support/postgres.ts';
import { cleanEnvironment, runProgram, spawnProgram } from '../support/programs.ts';
import { commitStatement, createTap, type TapPoint } from '../support/tap.ts';

const moments = ['before', 'after'] as const;

describe('a first start with SQLite', () => {
  const points: readonly KillPoint[] = moments.flatMap((when): readonly KillPoint[] => [
    { of: 'statement', text: 'create table "jobs"', when, skip: 0 },
    { of: 'statement', text: 'create table "internal_secrets"', when, skip: 0 },
    ...[0, 1, 2].map((skip) => ({ of: 'statement' as const, text: 'commit', when, skip })),
    { of: 'file', text: 'audit-anchor.json', when, skip: 0 },
  ]);
  const tables = (file: string): number => {
    using database = new DatabaseSync(file);
    return database.prepare("select 1 from sqlite_master where type = 'table'").all().length;
  };

  it.each(points)('that is killed $when $text, after $skip of these, leaves every table or none', async (point) => {
    const home = await mkdtemp(join(tmpdir(), 'kici-points-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const [pointFile, database] = [join(home, 'point.json'), join(home, 'data/kici.db')];
    await writeFile(pointFile, JSON.stringify(point));
    await expect(startAlone({ home, environment: dyingAt(pointFile) })).rejects.toThrow('ended with SIGKILL');
    const left = tables(database);
    const next = await startAlone({ home });
    await next.call('environments.create', { name: 'production' });
    expect(await next.call('audit.verify')).toMatchObject({ intact: true, problems: [] });
    expect([0, tables(database)]).toContain(left);
    await next.running.stop();
  });
});

describeLane(postgresLane, () => {
  const statements = ['create table "jobs"', 'data_moves', 'data_keys', 'audit_rows', 'internal_versions', 'analyze'];
  const points: readonly TapPoint[] = moments.flatMap((when) => [
    ...statements.map((statement) => ({ statement, when, skip: 0 })),
    ...[0, 1, 2, 5, 10].map((skip) => ({ statement: commitStatement, when, skip })),
  ]);

  it.each(points)(
    'a move that is killed $when $statement, after $skip others, is finished by the next',
    async (point) => {
      const old = await installation();
      const before = await digestOf(old);
      const url = serverUrl(await makeDatabase());
      await using tap = await createTap(url);
      const run = (to: string) => ({
        environment: { ...cleanEnvironment(old.dataDir), KICI_SECRET_KEY: testKey, KICI_DATABASE_URL: to },
      });
      const args = ['migrate-data', '--from', old.dataDir, '--json'];
      const reached = tap.stopAt(point);
      const moving = spawnProgram('kici-orchestrator', args, run(tap.url));
      const ended = once(moving, 'close');
      expect(await Promise.race([reached.then(() => 'reached'), ended.then(() => 'the point was not reached')])).toBe(
        'reached',
      );
      moving.kill('SIGKILL');
      await ended;
      expect(await runProgram('kici-orchestrator', args, run(url))).toMatchObject({ code: 0, stderr: '' });
      expect(await digestOf(old)).toBe(before);
      expect(await runSql(url, 'select done from data_moves')).toEqual([{ done: 1 }]);
      const server = await startServer({ settings: { dataDir: old.dataDir, database: { url } } });
      for (const organization of ['default', 'acme'])
        expect(await server.as(old.owner, organization)('audit.verify')).toMatchObject({ intact: true, problems: [] });
    },
  );
});
