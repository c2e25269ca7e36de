import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { engine } from '../support/engine.ts';
import { base64, codeOf, errorOf, startServer, temporaryFolder, type TestServer } from './support/server.ts';

const anchorOf = ({ dataDir }: Pick<TestServer, 'dataDir'>): string => join(dataDir, 'audit-anchor.json');

async function withRows(): Promise<TestServer> {
  const server = await startServer();
  for (const key of ['A', 'B', 'C']) await append(server, key);
  return server;
}

const append = (server: TestServer, key = 'LATER') =>
  server.call('secrets.set', { scope: 'production', key, value: base64('v') });

/** The anchor follows within a moment; nothing is to be written while a test damages it. */
const anchored = (server: TestServer) => server.call('audit.verify');

const problemsOf = async (server: TestServer): Promise<readonly string[]> =>
  (await server.call('audit.verify')).problems.map(({ problem }) => problem);

async function restart({ application, dataDir }: TestServer): Promise<TestServer> {
  await application.stop();
  return startServer({ settings: { dataDir } });
}

const cutOff = 'break: the log ended at row 4, but the anchor outside the database had row 6';

describe('a break of the audit log', () => {
  it('by a cut-off tail is named once new rows have grown past the cut, and after restarts', async () => {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    for (let count = 0; count < 5; count += 1) await append(server);
    const again = await restart(await restart(server));
    await append(again);
    const { intact, problems } = await again.call('audit.verify');
    expect(intact).toBe(false);
    expect(problems).toEqual([
      { sequence: 5, problem: 'rows 5 to 6 are missing', acknowledged: false },
      { sequence: 7, problem: cutOff, acknowledged: false },
    ]);
  });

  it('is told in the log of the server, and is a row of the audit log before anything that follows', async () => {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    await append(server);
    const { rows } = await server.call('audit.list', { limit: 3 });
    expect(rows).toMatchObject([
      { sequence: 9, phase: 'outcome' },
      { sequence: 8, phase: 'intent' },
      { sequence: 7, phase: 'break', result: 'cut_off', actor: 'orchestrator', subject: { anchored: 6, last: 4 } },
    ]);
    expect(server.log()).toContain('the audit log is broken');
  });

  it.each([
    ['a cut that takes the row of an earlier break along', 'delete from audit_rows where sequence > 2', 'had row 9'],
    [
      'every row that is left',
      'delete from audit_rows',
      'ended at row 0, but the anchor outside the database had row 9',
    ],
  ])('is found again in %s', async (_, sql, problem) => {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    await append(server);
    server.tamper(sql);
    await append(server);
    expect((await problemsOf(server)).join('\n')).toContain(problem);
  });

  it('is found at the start of the server, in every organization, also in one whose rows are all gone', async () => {
    const server = await withRows();
    await server.call('organizations.create', { name: 'other' });
    await server.as(server.owner, 'other')('environments.create', { name: 'e' });
    server.tamper("delete from audit_rows where organization = 'other'");
    const again = await restart(server);
    expect(await again.call('audit.verify')).toMatchObject({ intact: true });
    expect(await again.as(again.owner, 'other')('audit.verify')).toMatchObject({
      intact: false,
      problems: [
        { sequence: 1, problem: 'rows 1 to 2 are missing' },
        {
          sequence: 3,
          problem: expect.stringContaining('ended at row 0, but the anchor outside the database had row 2'),
        },
      ],
    });
  });

  it.each([
    [
      'a last row that was replaced',
      "update audit_rows set mac = 'ab' where sequence = 6",
      'row 6 differs from the one',
    ],
    [
      'rows that somebody has added',
      "insert into audit_rows select organization, 7, at, phase, operation, actor, subject, result, intent, 'ab' from audit_rows where sequence = 6",
      'row 7, which followed the anchored row 6, was not written by an orchestrator of these keys',
    ],
    [
      'rows that were cut off and put back in part',
      'delete from audit_rows where sequence = 6; update audit_rows set sequence = 8 where sequence = 5',
      'row 6 differs from the one',
    ],
  ])('is %s', async (_, sql, problem) => {
    const server = await withRows();
    server.tamper(sql);
    await append(server);
    expect((await problemsOf(server)).join('\n')).toContain(`break: ${problem}`);
  });

  it.each<[string, (file: string) => Promise<unknown>, string]>([
    ['missing', (file) => rm(file), 'there was no anchor'],
    ['empty', (file) => truncate(file, 0), 'is empty'],
    ['cut off', (file) => truncate(file, 20), 'is cut off, or is not an anchor'],
    ['of another shape', (file) => writeFile(file, '[1]'), 'is cut off, or is not an anchor'],
    ['a folder', async (file) => rm(file).then(() => mkdir(file)), 'is a folder, not a plain file'],
    ['a FIFO', async (file) => rm(file).then(() => execFileSync('mkfifo', [file])), 'is a FIFO, not a plain file'],
  ])(
    'is an anchor that is %s: the server goes on, starts, and stops, and names it for ever',
    async (_, damage, problem) => {
      const server = await withRows();
      await anchored(server);
      await damage(anchorOf(server));
      await append(server);
      await anchored(server);
      await damage(anchorOf(server));
      const again = await restart(server);
      await append(again);
      const told = (await problemsOf(again)).filter((text) => text.startsWith('break: '));
      // Where others may write too, one that starts without an anchor may be new: it leaves a row that says so.
      const joins = problem === 'there was no anchor' && engine === 'postgres' ? 1 : 0;
      expect(told).toHaveLength(2 - joins);
      expect((await again.call('audit.list')).rows.filter(({ phase }) => phase === 'join')).toHaveLength(joins);
      for (const text of told) expect(text).toContain(problem);
      const kept = (await readdir(server.dataDir)).filter((name) => name.includes('.damaged-'));
      expect(kept).toHaveLength(problem === 'there was no anchor' ? 0 : 2);
    },
  );

  it('in an anchor that was damaged is named in every organization, not only where a row is written', async () => {
    const server = await withRows();
    await server.call('organizations.create', { name: 'other' });
    const other = server.as(server.owner, 'other');
    await other('environments.create', { name: 'e' });
    await anchored(server);
    await truncate(anchorOf(server), 0);
    await append(server);
    expect((await other('audit.verify')).problems).toMatchObject([{ problem: expect.stringContaining('is empty') }]);
  });
});

describe('no break is', () => {
  it('what a killed writer has left: rows behind the anchored one that are chained to it', async () => {
    const server = await withRows();
    const before = await readFile(anchorOf(server));
    await append(server);
    await anchored(server);
    await writeFile(anchorOf(server), before);
    await append(server);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, rows: 10 });
  });

  it('a log whose very first rows were written, and not yet anchored', async () => {
    const dataDir = await temporaryFolder();
    const server = await startServer({ settings: { dataDir } });
    const before = await readFile(anchorOf(server));
    expect(JSON.parse(before.toString())).toEqual({ default: { sequence: 0, mac: '' } });
    await append(server);
    await anchored(server);
    await writeFile(anchorOf(server), before);
    const again = await restart(server);
    await append(again);
    expect(await again.call('audit.verify')).toMatchObject({ intact: true, rows: 4 });
  });
});

describe('kici-admin audit acknowledge', () => {
  const reason = 'restored the backup of Sunday';

  async function broken(): Promise<TestServer> {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    await append(server);
    return server;
  }

  it('is an audited operation; what it acknowledges is told of for ever, as acknowledged and by whom', async () => {
    const server = await broken();
    await server.call('audit.acknowledge', { reason });
    const again = await restart(server);
    await append(again);
    expect(await again.call('audit.verify')).toMatchObject({
      intact: false,
      problems: [
        { sequence: 5, acknowledged: true },
        { sequence: 7, problem: cutOff, acknowledged: true },
      ],
      acknowledgement: { row: 11, reason, actor: expect.stringMatching(/^token:/) },
    });
    const rows = (await again.call('audit.list')).rows.filter(({ operation }) => operation === 'audit.acknowledge');
    expect(rows).toMatchObject([{ phase: 'outcome', result: 'done', subject: { reason } }, { phase: 'intent' }]);
  });

  it('acknowledges a break that was recorded by its own intent', async () => {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    expect((await server.call('audit.acknowledge', { reason })).problems).toHaveLength(2);
    expect((await server.call('audit.verify')).problems.every(({ acknowledged }) => acknowledged)).toBe(true);
  });

  it.each([
    ['a row that is changed later', "update audit_rows set actor = 'x' where sequence = 2"],
    ['a row that is cut off later', 'delete from audit_rows where sequence = (select max(sequence) from audit_rows)'],
    [
      'the acknowledgement itself, when it is changed',
      "update audit_rows set subject = replace(subject, 'Sunday', 'Monday')",
    ],
  ])('covers nothing but what was there: not %s', async (_, sql) => {
    const server = await broken();
    await server.call('audit.acknowledge', { reason });
    await append(server);
    server.tamper(sql);
    await append(server);
    expect((await server.call('audit.verify')).problems.some(({ acknowledged }) => !acknowledged)).toBe(true);
  });

  it('covers a changed row only as it was changed then', async () => {
    const server = await withRows();
    server.tamper("update audit_rows set actor = 'x' where sequence = 2");
    await server.call('audit.acknowledge', { reason });
    expect((await server.call('audit.verify')).problems).toMatchObject([{ sequence: 2, acknowledged: true }]);
    server.tamper("update audit_rows set actor = 'y' where sequence = 2");
    expect((await server.call('audit.verify')).problems).toMatchObject([{ sequence: 2, acknowledged: false }]);
  });

  it('covers no problem that its caller has not seen, where they tell what they were shown', async () => {
    const server = await broken();
    const seen = (await server.call('audit.verify')).problems.map(({ sequence, problem }) => ({ sequence, problem }));
    server.tamper("update audit_rows set actor = 'x' where sequence = 2");
    const refused = server.call('audit.acknowledge', { reason, seen });
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/not shown.*: row 2: the row or the one before it was changed$/),
    });
    const { problems, acknowledgement } = await server.call('audit.verify');
    expect([problems.some(({ acknowledged }) => acknowledged), acknowledgement]).toEqual([false, undefined]);
    const shown = problems.map(({ sequence, problem }) => ({ sequence, problem }));
    await server.call('audit.acknowledge', { reason, seen: shown });
    await server.call('audit.acknowledge', { reason, seen: [] });
    expect((await server.call('audit.verify')).problems.every(({ acknowledged }) => acknowledged)).toBe(true);
  });

  it('covers no break that its own intent has recorded, where its caller was shown the log before it', async () => {
    const server = await withRows();
    server.tamper('delete from audit_rows where sequence > 4');
    const { problems } = await server.call('audit.verify');
    const seen = problems.map(({ sequence, problem }) => ({ sequence, problem }));
    const { message } = await errorOf(server.call('audit.acknowledge', { reason, seen }));
    expect(message).toContain(`row 7: ${cutOff}`);
  });

  it('is for owners alone, and for a log that is not intact', async () => {
    const server = await withRows();
    expect(await codeOf(server.call('audit.acknowledge', { reason }))).toBe('conflict');
    const { token } = await server.call('tokens.create', { name: 'admin', role: 'admin' });
    expect(await codeOf(server.as(token)('audit.acknowledge', { reason }))).toBe('permission_denied');
  });

  if (engine === 'sqlite')
    it('records the restore of an older backup beside the anchor of today', async () => {
      const server = await withRows();
      const backup = join(await temporaryFolder(), 'backup.db');
      const database = new DatabaseSync(server.databaseFile);
      database.exec(`vacuum into '${backup}'`);
      database.close();
      await append(server);
      await server.application.stop();
      for (const end of ['-wal', '-shm']) await rm(`${server.databaseFile}${end}`, { force: true });
      await writeFile(server.databaseFile, await readFile(backup));
      const restored = await startServer({ settings: { dataDir: server.dataDir } });
      expect(await problemsOf(restored)).toEqual([
        'rows 7 to 8 are missing',
        'break: the log ended at row 6, but the anchor outside the database had row 8',
      ]);
      await restored.call('audit.acknowledge', { reason });
      expect((await restored.call('audit.verify')).problems.every(({ acknowledged }) => acknowledged)).toBe(true);
    });
});
