import { readFile, writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createSessionKeyPair } from '../../src/api/job-seal.ts';
import { engine } from '../support/engine.ts';
import { refuse } from './support/beside.ts';
import { base64, codeOf, errorOf, startServer, type TestServer } from './support/server.ts';

async function withRows(): Promise<TestServer> {
  const server = await startServer();
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  await server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64('v') });
  await server.call('secrets.set', { scope: 'production', key: 'OTHER', value: base64('v') });
  return server;
}

async function openJob(server: TestServer) {
  const opened = await server.call('jobs.open', {
    environment: 'production',
    workflow: 'w',
    job: 'j',
    agentPublicKey: Buffer.from(createSessionKeyPair().publicKey).toString('base64'),
  });
  return { jobId: opened.jobId, call: server.as(opened.jobToken) };
}

describe('the audit log (law 11)', () => {
  it('has an intent before an effect and an outcome after it, with names and never a value', async () => {
    const server = await withRows();
    const [outcome, intent] = (await server.call('audit.list', { limit: 2 })).rows;
    expect(intent).toMatchObject({
      phase: 'intent',
      operation: 'secrets.set',
      subject: { scope: 'production', key: 'OTHER' },
      actor: expect.stringMatching(/^token:.*:local$/),
    });
    expect(outcome).toMatchObject({
      phase: 'outcome',
      operation: 'secrets.set',
      result: 'done',
      intent: intent?.sequence,
      subject: { key: 'OTHER', version: '1', bytes: 1 },
    });
  });

  it('tells how an effect failed', async () => {
    const server = await withRows();
    await codeOf(server.call('environments.create', { name: 'production' }));
    expect((await server.call('audit.list', { limit: 1 })).rows).toMatchObject([
      { phase: 'outcome', result: 'conflict' },
    ]);
  });

  it('has a row for a read, with every key and what came of it', async () => {
    const server = await withRows();
    const { jobId, call } = await openJob(server);
    await call('jobs.read', { jobId, keys: ['TOKEN', 'NONE'] });
    expect((await server.call('audit.list', { limit: 1 })).rows).toMatchObject([
      {
        phase: 'read',
        operation: 'jobs.read',
        actor: `job:${jobId}`,
        subject: {
          jobId,
          keys: ['TOKEN', 'NONE'],
          outcomes: [
            { key: 'TOKEN', status: 'sealed', backend: 'internal', scope: 'production', version: '1' },
            { key: 'NONE', status: 'not_found' },
          ],
        },
      },
    ]);
  });

  it('is read in pages, the newest first', async () => {
    const { call } = await withRows();
    const first = (await call('audit.list', { limit: 4 })).rows.map(({ sequence }) => sequence);
    expect(first).toEqual([6, 5, 4, 3]);
    expect((await call('audit.list', { before: 3 })).rows.map(({ sequence }) => sequence)).toEqual([2, 1]);
  });

  it('takes many rows at once, in one order and without a gap', async () => {
    const server = await withRows();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        server.call('secrets.set', { scope: 'many', key: `K${index}`, value: base64('v') }),
      ),
    );
    expect(await server.call('audit.verify')).toEqual({ intact: true, rows: 86, openIntents: [], problems: [] });
  });

  it('stays whole when two orchestrators write at once', async () => {
    const one = await withRows();
    const two = await startServer({ settings: { dataDir: one.dataDir } });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        [one, two].map(({ call }) => call('secrets.declare', { scope: 'many', key: `K${index}` })),
      ).flat(),
    );
    for (const { call } of [one, two])
      expect(await call('audit.verify')).toMatchObject({ intact: true, rows: 86, openIntents: [] });
  });
});

describe('without an audit row', () => {
  const full = refuse('insert', 'audit_rows');

  it('nothing is changed', async () => {
    const server = await withRows();
    server.tamper(full.make);
    for (const attempt of [
      () => server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64('w') }),
      () => server.call('secrets.delete', { scope: 'production', key: 'TOKEN' }),
      () => server.call('environments.delete', { environment: 'production' }),
      () => server.call('tokens.create', { name: 'x', role: 'author' }),
    ])
      expect(await codeOf(attempt())).toBe('audit_unavailable');
    expect((await server.call('secrets.versions', { scope: 'production', key: 'TOKEN' })).versions).toHaveLength(1);
    expect((await server.call('tokens.list')).tokens).toHaveLength(1);
    expect((await server.call('environments.list')).environments).toHaveLength(1);
  });

  it('no value leaves', async () => {
    const server = await withRows();
    const { jobId, call } = await openJob(server);
    server.tamper(full.make);
    const error = await errorOf(call('jobs.read', { jobId, keys: ['TOKEN'] }));
    expect(error.code).toBe('audit_unavailable');
    server.tamper(full.drop);
    expect((await call('jobs.read', { jobId, keys: ['TOKEN'] })).secrets).toMatchObject([{ status: 'sealed' }]);
  });

  it('of its outcome a change stands, the caller is told, and the open intent is found', async () => {
    const server = await withRows();
    const fullLater = refuse('insert', 'audit_rows', "new.phase = 'outcome'");
    server.tamper(fullLater.make);
    const error = await errorOf(server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64('w') }));
    expect(error.code).toBe('audit_incomplete');
    server.tamper(fullLater.drop);
    expect((await server.call('secrets.versions', { scope: 'production', key: 'TOKEN' })).versions).toHaveLength(2);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, openIntents: [7] });
  });
});

describe('audit verify finds', () => {
  it.each([
    ['a changed row', "update audit_rows set subject = replace(subject, 'TOKEN', 'MYTEN') where sequence = 3", 3],
    ['a changed actor', "update audit_rows set actor = 'token:x:somebody' where sequence = 2", 2],
    ['a changed time', 'update audit_rows set at = at + 1 where sequence = 4', 4],
    ['a missing row', 'delete from audit_rows where sequence = 3', 3],
    ['a missing first row', 'delete from audit_rows where sequence = 1', 1],
    [
      'swapped rows',
      'update audit_rows set sequence = 100 where sequence = 2; update audit_rows set sequence = 2 where sequence = 3; update audit_rows set sequence = 3 where sequence = 100',
      2,
    ],
    ['a cut-off tail', 'delete from audit_rows where sequence > 4', 6],
    ['an empty log', 'delete from audit_rows', 6],
    [
      'a row of another organization',
      "insert into audit_rows select 'other', sequence, at, phase, operation, actor, subject, result, intent, mac from audit_rows where sequence = 1; update audit_rows set organization = 'default', sequence = 7 where organization = 'other'",
      7,
    ],
  ])('%s', async (_, sql, sequence) => {
    const server = await withRows();
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, rows: 6 });
    server.tamper(sql);
    const { intact, problems } = await server.call('audit.verify');
    expect(intact).toBe(false);
    expect(problems.map((problem) => problem.sequence)).toContain(sequence);
  });

  it('a log that was replaced together with its head, by the anchor', async () => {
    const server = await withRows();
    const anchor = join(server.dataDir, 'audit-anchor.json');
    const before = await readFile(anchor, 'utf8');
    await server.call('secrets.set', { scope: 'production', key: 'THIRD', value: base64('v') });
    server.tamper('delete from audit_rows where sequence > 6');
    expect((await server.call('audit.verify')).problems).toMatchObject([
      { sequence: 8, problem: expect.stringContaining('anchor') },
    ]);
    await writeFile(anchor, before);
    expect((await server.call('audit.verify')).intact).toBe(true);
  });

  it('a missing anchor', async () => {
    const server = await withRows();
    // Anchors every row, so that nothing is written while the test damages it.
    await server.call('audit.verify');
    await rm(join(server.dataDir, 'audit-anchor.json'));
    const { intact, problems } = await server.call('audit.verify');
    expect(intact).toBe(false);
    expect(problems).toMatchObject([{ problem: expect.stringContaining('no anchor') }]);
  });

  it('an anchor that is not an anchor', async () => {
    const server = await withRows();
    await server.call('audit.verify');
    await writeFile(join(server.dataDir, 'audit-anchor.json'), '{"default":');
    expect((await server.call('audit.verify')).problems).toMatchObject([
      { problem: expect.stringContaining('is cut off, or is not an anchor') },
    ]);
  });
});

describe.runIf(engine === 'sqlite')('a locked database (on SQLite: a server lets other writers pass)', () => {
  it('stops effects, not the server', async () => {
    const server = await withRows();
    const other = new DatabaseSync(server.databaseFile);
    other.exec('begin immediate');
    const waiting = server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64('w') });
    const outcome = codeOf(waiting);
    expect(await outcome).toBe('audit_unavailable');
    other.exec('rollback');
    other.close();
    await server.call('secrets.set', { scope: 'production', key: 'TOKEN', value: base64('w') });
    expect((await server.call('secrets.versions', { scope: 'production', key: 'TOKEN' })).versions).toHaveLength(2);
  });
});
