import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allMigrations, type AllTables } from '../../src/composition/all-tables.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createFileAnchor } from '../../src/orchestrator/audit/anchor.ts';
import { verifyAudit } from '../../src/orchestrator/audit/verify.ts';
import { databaseFor, engine } from '../support/engine.ts';
import { trigger } from './support/beside.ts';
import { startServer, temporaryFolder } from './support/server.ts';

const program = fileURLToPath(new URL('support/appender.ts', import.meta.url));
const report = z.object({ sequences: z.array(z.int()), breaks: z.array(z.string()) });
const signer = async () => (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function newLog() {
  const folder = await temporaryFolder();
  const beside = await databaseFor(folder);
  const database = await beside.open<AllTables>();
  onTestFinished(() => database.destroy());
  await migrate(database, allMigrations);
  return { folder, beside, database, target: beside.server?.url ?? join(folder, 'kici.db') };
}

type Log = Awaited<ReturnType<typeof newLog>>;

/** Begins to write when it is told to. */
async function startWriter({ target, folder }: Log, name: string, rows: number, organizations = 'default') {
  const anchor = join(folder, `${name}.json`);
  const child = spawn(process.execPath, [program, target, anchor, String(rows), organizations], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  return {
    child,
    anchor,
    async write() {
      const answer = once(lines, 'line');
      child.stdin.write('go\n');
      return report.parse(JSON.parse(String((await answer)[0])));
    },
  };
}

async function verified({ database }: Log, anchor: string, organization = 'default') {
  return verifyAudit(database, signer, createFileAnchor(anchor), organization);
}

describe('writers of several machines', () => {
  it('write one chain together, without a gap, a fork or a sequence twice', async () => {
    const log = await newLog();
    const writers = await Promise.all(['one', 'two'].map((name) => startWriter(log, name, 500)));
    const told = await Promise.all(writers.map((writer) => writer.write()));
    expect(told.flatMap(({ breaks }) => breaks)).toEqual([]);
    const rows = await log.database
      .selectFrom('audit_rows')
      .select(['sequence', 'phase'])
      .orderBy('sequence')
      .execute();
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
    const joins = rows.filter(({ phase }) => phase === 'join').map(({ sequence }) => sequence);
    expect(new Set([...told.flatMap(({ sequences }) => sequences), ...joins]).size).toBe(rows.length);
    expect(rows.length - joins.length).toBe(1_000);
    for (const { anchor } of writers)
      expect(await verified(log, anchor)).toMatchObject({ intact: true, rows: rows.length, problems: [] });
  });

  it('never wait for each other in a circle, whatever the order of their organizations', async () => {
    const log = await newLog();
    const writers = await Promise.all([
      startWriter(log, 'one', 100, 'a,b,c,d,e'),
      startWriter(log, 'two', 100, 'e,d,c,b,a'),
    ]);
    await Promise.all(writers.map((writer) => writer.write()));
    for (const organization of ['a', 'b', 'c', 'd', 'e'])
      expect(await verified(log, writers[0].anchor, organization)).toMatchObject({ intact: true, problems: [] });
  });

  if (engine === 'postgres')
    it('leave nothing of a commit whose writer is killed between the rows and the head', async () => {
      const log = await newLog();
      const [first, killed, next] = await Promise.all(
        ['one', 'two', 'three'].map((name) => startWriter(log, name, 10)),
      );
      await first?.write();
      const slow = trigger('update', 'audit_heads', 'perform pg_sleep(1)');
      log.beside.execute(slow.make);
      killed?.child.stdin.write('go\n');
      const isAsleep =
        "select 1 as one from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
      while (log.beside.read(isAsleep).length === 0) await wait(5);
      killed?.child.kill('SIGKILL');
      const before = await log.database.selectFrom('audit_rows').select('sequence').execute();
      log.beside.execute(slow.drop);
      const { sequences, breaks } = (await next?.write()) ?? { sequences: [], breaks: [] };
      expect(breaks).toEqual([]);
      expect(Math.min(...sequences)).toBe(before.length + 2);
      expect(await verified(log, next?.anchor ?? '')).toMatchObject({ intact: true, rows: before.length + 11 });
    });
});

describe('the head of a log', () => {
  const append = (server: Awaited<ReturnType<typeof startServer>>) =>
    server.call('environments.create', { name: `e${Math.random().toString(36).slice(2)}` });

  it.each([
    ['is missing', 'delete from audit_heads'],
    ['is behind, as an earlier release leaves it', 'update audit_heads set sequence = 1'],
  ])('that %s is made good by the next row', async (_, sql) => {
    const server = await startServer();
    await append(server);
    server.tamper(sql);
    await append(server);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, rows: 4 });
    expect(server.rows("select sequence from audit_heads where organization = 'default'")).toEqual([{ sequence: 4 }]);
  });

  it.each([
    [
      'names a row that is not there',
      'update audit_heads set sequence = 9',
      'ended at row 2, but its writer has left row 9',
    ],
    ['differs from the newest row', "update audit_heads set mac = 'ab'", 'row 2 differs from what its writer has left'],
  ])('that %s is a break', async (_, sql, problem) => {
    const server = await startServer();
    await append(server);
    server.tamper(sql);
    await append(server);
    const { intact, problems } = await server.call('audit.verify');
    expect([intact, problems.map((one) => one.problem).join()]).toEqual([false, expect.stringContaining(problem)]);
  });
});
