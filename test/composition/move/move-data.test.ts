import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { moveData } from '../../../src/composition/move/move-data.ts';
import { open } from '../../orchestrator/support/jobs.ts';
import { bwrapMissing } from '../../agent/support/bwrap.ts';
import { base64, startServer, temporaryFolder, testKey, type TestServer } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';
import { cleanEnvironment, programFile, runProgram, spawnProgram } from '../../support/programs.ts';

const key = { kind: 'text', text: testKey, name: 'the test key' } as const;
const names = ['ä', 'B', 'a', '\u{10000}', '\uffff'];

/** One with something in every corner; it is stopped. */
async function installation(): Promise<TestServer> {
  const server = await startServer();
  await server.call('organizations.create', { name: 'acme' });
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  for (const value of ['old', 'new'])
    await server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64(value) });
  await server.as(server.owner, 'acme')('secrets.set', { scope: 's', key: 'K', value: base64('of acme') });
  for (const value of names)
    await server.call('variables.set', { environment: 'production', name: `V${names.indexOf(value)}`, value });
  await server.call('backends.add', {
    name: 'corp',
    type: 'memory',
    settings: { address: 'https://corp.test' },
    secretSettings: { password: base64('right') },
  });
  await server.application.stop();
  return server;
}

const digestOfFile = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
const digestOf = ({ databaseFile }: TestServer): Promise<string> => digestOfFile(databaseFile);

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
    old.tamper(`insert into sign_in_codes with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
      select printf('%064d', i), 'nobody', null, 'default', 1, null from n`);
    const before = await digestOf(old);
    const url = serverUrl(await makeDatabase());
    const environment = { ...cleanEnvironment(old.dataDir), KICI_SECRET_KEY: testKey, KICI_DATABASE_URL: url };
    const args = ['migrate-data', '--from', old.dataDir, '--json'];
    const copied = async (): Promise<number> =>
      (await runSql<{ n: string }>(url, 'select count(*) as n from sign_in_codes').catch(() => []))
        .map(({ n }) => Number(n))
        .at(0) ?? 0;
    for (let kills = 1; kills <= 2; kills += 1) {
      const had = await copied();
      const moving = spawnProgram('kici-orchestrator', args, { environment });
      const ended = once(moving, 'close');
      await expect.poll(copied, { interval: 5, timeout: 60_000 }).toBeGreaterThan(had);
      moving.kill('SIGKILL');
      await ended;
      expect(await copied()).toBeLessThan(20_000);
    }
    const early = startServer({ settings: { dataDir: old.dataDir, database: { url } } });
    await expect(early).rejects.toMatchObject({ code: 'unfinished_move' });
    const { code, stdout, stderr } = await runProgram('kici-orchestrator', args, { environment });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ from: old.dataDir });
    expect(await copied()).toBe(20_000);
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

  it('a file that is no database, or a damaged one, is named, and nothing else happens', async () => {
    const folder = await temporaryFolder();
    const to = { url: serverUrl(await makeDatabase()) };
    const file = join(folder, 'kici.db');
    await writeFile(file, randomBytes(9_000));
    await expect(moveData({ from: folder, to, key })).rejects.toMatchObject({
      code: 'cannot_open',
      message: `cannot read the database ${file} (file is not a database)`,
      hint: expect.stringContaining('--from'),
    });
    expect(await readdir(folder)).toEqual(['kici.db']);
  });

  it('what a killed orchestrator has left is moved, and stays as it is, byte by byte', async () => {
    const running = await startServer();
    await running.call('secrets.set', { scope: 's', key: 'LAST', value: base64('of the log') });
    const killed = await temporaryFolder();
    const files = ['kici.db', 'kici.db-wal', 'audit-anchor.json'];
    await running.call('audit.verify');
    for (const name of files) await copyFile(join(running.dataDir, name), join(killed, name));
    const digests = () => Promise.all(files.map((name) => digestOfFile(join(killed, name))));
    const before = await digests();
    expect((await stat(join(killed, 'kici.db-wal'))).size).toBeGreaterThan(0);
    const to = { url: serverUrl(await makeDatabase()) };
    await moveData({ from: killed, to, key });
    expect(await digests()).toEqual(before);
    expect(await runSql(to.url, "select key from internal_secrets where key = 'LAST'")).toHaveLength(1);
  });
});

const onlyReadable = { name: 'bubblewrap', missing: postgresLane.missing ?? bwrapMissing };

describeLane(onlyReadable, () => {
  /** Root may write wherever it is not mounted read-only. */
  function moveMounted(folder: string, url: string): Promise<readonly [code: unknown, stderr: string]> {
    const environment = { ...cleanEnvironment(tmpdir()), KICI_SECRET_KEY: testKey, KICI_DATABASE_URL: url };
    const command = [process.execPath, programFile('kici-orchestrator'), 'migrate-data', '--from', folder, '--json'];
    const args = ['--dev-bind', '/', '/', '--ro-bind', folder, folder, ...command];
    return new Promise((resolve) => {
      execFile('bwrap', args, { env: environment }, (error, _, stderr) => {
        resolve([error?.code ?? 0, stderr]);
      });
    });
  }

  it('a folder that can only be read is moved after a clean end, and told what it needs after a kill', async () => {
    const old = await installation();
    const url = serverUrl(await makeDatabase());
    const files = await readdir(old.dataDir);
    expect(await moveMounted(old.dataDir, url)).toEqual([0, '']);
    expect(await readdir(old.dataDir)).toEqual(files);
    await writeFile(`${old.databaseFile}-wal`, randomBytes(5_000));
    const [code, stderr] = await moveMounted(old.dataDir, url);
    expect([code, JSON.parse(stderr)]).toEqual([
      1,
      expect.objectContaining({ error: 'cannot_open', hint: expect.stringContaining('copy the data folder') }),
    ]);
  });
});
