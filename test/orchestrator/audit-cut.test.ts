import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditCheckpoint } from '../../src/api/audit-checkpoint.ts';
import { compareCheckpoints } from '../../src/cli/admin/checkpoint-file.ts';
import type { ServerSettings } from '../../src/composition/settings.ts';
import { refuse } from './support/beside.ts';
import { roundsByHand } from './support/rounds.ts';
import { base64, codeOf, errorOf, startServer, temporaryFolder, type TestServer } from './support/server.ts';

const day = 86_400_000;

/** A server whose clock the test sets; it begins in 2026, with six rows. */
async function withRows(settings: Partial<ServerSettings> = {}) {
  let at = Date.parse('2026-01-01T00:00:00Z');
  const { repeat, round } = roundsByHand();
  const server = await startServer({ settings, now: () => at, repeat });
  const pass = (ms: number): void => {
    at += ms;
  };
  for (const key of ['A', 'B', 'C']) await append(server, key);
  return { server, pass, round };
}

const append = (server: TestServer, key = 'LATER') =>
  server.call('secrets.set', { scope: 'production', key, value: base64('v') });

const sequences = (server: TestServer): unknown[] =>
  server
    .rows("select sequence from audit_rows where organization = 'default' order by sequence")
    .map((row) => row['sequence']);

const before = '2026-01-02T00:00:00Z';

async function cut(): Promise<Awaited<ReturnType<typeof withRows>>> {
  const one = await withRows();
  one.pass(2 * day);
  await append(one.server);
  expect(await one.server.call('audit.cut', { before })).toEqual({ through: 6, rows: 6, row: 10 });
  return one;
}

describe('a cut of the audit log', () => {
  it('removes what is older, leaves a row that says so, and the log verifies from there', async () => {
    const { server } = await cut();
    expect(sequences(server)).toEqual([7, 8, 9, 10, 11]);
    await append(server);
    expect(await server.call('audit.verify')).toMatchObject({
      intact: true,
      rows: 7,
      openIntents: [],
      cut: { through: 6, row: 10, actor: expect.stringMatching(/^token:/) },
    });
    const rows = (await server.call('audit.list', { operation: 'audit.cut' })).rows;
    expect(rows).toMatchObject([
      { phase: 'outcome', subject: { before, through: 6, rows: 6, row: 10 } },
      { phase: 'cut', subject: { before, through: 6, rows: 6, problems: 0, openIntents: 0 } },
      { phase: 'intent', subject: { before } },
    ]);
  });

  it('is no false alarm for who verifies while writers write and rows go', async () => {
    const { server, pass } = await withRows();
    pass(2 * day);
    const writing = Promise.all(Array.from({ length: 40 }, (_, index) => append(server, `K${index}`)));
    const verifying = Promise.all(Array.from({ length: 10 }, () => server.call('audit.verify')));
    await server.call('audit.cut', { before });
    await writing;
    for (const { problems } of await verifying) expect(problems).toEqual([]);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, cut: { through: 6 } });
  });

  it('can be followed by another one, and by a restart', async () => {
    const { server, pass } = await cut();
    pass(2 * day);
    await append(server);
    expect(await server.call('audit.cut', { before: '2026-01-04T00:00:00Z' })).toMatchObject({ through: 11, rows: 5 });
    const { dataDir } = server;
    await server.application.stop();
    const again = await startServer({ settings: { dataDir } });
    await append(again);
    expect(await again.call('audit.verify')).toMatchObject({ intact: true, cut: { through: 11 } });
  });

  it('ends before the first row that is not older, though a clock that was set back has made later ones older', async () => {
    const { server, pass } = await withRows();
    pass(2 * day);
    await append(server, 'D');
    pass(-2 * day);
    await append(server, 'E');
    pass(3 * day);
    expect(await server.call('audit.cut', { before })).toMatchObject({ through: 6 });
    expect(await server.call('audit.verify')).toMatchObject({ intact: true });
  });

  it('ends at the last row that it may remove, such as the last one that was exported', async () => {
    const { server, pass } = await withRows();
    pass(2 * day);
    expect(await codeOf(server.call('audit.cut', { before, through: 0 }))).toBe('conflict');
    expect(await server.call('audit.cut', { before, through: 4 })).toMatchObject({ through: 4, rows: 4 });
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, cut: { through: 4 } });
  });

  it('holds whatever somebody has noted of an earlier one', async () => {
    const { server, pass } = await withRows();
    server.tamper('update audit_heads set removed = 1000000000000000, cut = 3');
    pass(2 * day);
    expect(await server.call('audit.cut', { before })).toMatchObject({ through: 6 });
    expect(sequences(server)[0]).toBe(7);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, cut: { through: 6 } });
  });

  it('is refused where nothing is older, or it would reach into the time to come', async () => {
    const { server } = await withRows();
    expect(await codeOf(server.call('audit.cut', { before: '2025-12-31T00:00:00Z' }))).toBe('conflict');
    expect(await codeOf(server.call('audit.cut', { before: '2026-01-03T00:00:00Z' }))).toBe('invalid_request');
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, rows: 10 });
  });

  it('forgets no problem: it waits for an owner to acknowledge it, and tells of it ever after', async () => {
    const { server, pass } = await withRows();
    server.tamper("update audit_rows set actor = 'x' where sequence = 2");
    pass(2 * day);
    expect((await errorOf(server.call('audit.cut', { before }))).message).toContain('one problem would be forgotten');
    await server.call('audit.acknowledge', { reason: 'a test' });
    await server.call('audit.cut', { before });
    const { intact, problems } = await server.call('audit.verify');
    expect([intact, problems.map(({ problem }) => problem)]).toEqual([
      false,
      ['a problem was removed by a cut, acknowledged before it'],
    ]);
  });

  it('that is interrupted is in force, and the rest is removed later', async () => {
    const { server, pass, round } = await withRows();
    pass(2 * day);
    const stuck = refuse('delete', 'audit_rows');
    server.tamper(stuck.make);
    await codeOf(server.call('audit.cut', { before }));
    expect(sequences(server)).toContain(1);
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, cut: { through: 6 } });
    server.tamper(stuck.drop);
    await round();
    expect(sequences(server)[0]).toBe(7);
  });

  it('is no break for an orchestrator whose anchor names a row that was removed', async () => {
    const { server, pass } = await withRows();
    await server.call('audit.verify');
    const anchor = join(server.dataDir, 'audit-anchor.json');
    const old = await readFile(anchor);
    pass(2 * day);
    await append(server);
    await server.call('audit.cut', { before });
    await server.call('audit.verify');
    const { dataDir } = server;
    await server.application.stop();
    await writeFile(anchor, old);
    const again = await startServer({ settings: { dataDir } });
    await append(again);
    expect(await again.call('audit.verify')).toMatchObject({ intact: true, problems: [] });
  });

  it('is for owners with a token', async () => {
    const { server, pass } = await withRows();
    pass(2 * day);
    const { token } = await server.call('tokens.create', { name: 'admin', role: 'admin' });
    expect(await codeOf(server.as(token)('audit.cut', { before }))).toBe('permission_denied');
  });
});

describe('with a sink', () => {
  it('nothing is cut that is in no checkpoint', async () => {
    const file = join(await temporaryFolder(), 'checkpoints.jsonl');
    const auditSink = { to: { kind: 'file', path: file }, everyMs: day, isRequired: false } as const;
    const { server, pass } = await withRows({ auditSink });
    pass(2 * day);
    await server.call('audit.cut', { before });
    const kept = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => auditCheckpoint.parse(JSON.parse(line)));
    expect(kept.at(-1)?.sequence).toBeGreaterThanOrEqual(6);
    const verified = await server.call('audit.verify', { rows: kept.map(({ sequence }) => sequence) });
    const { problems, proven } = compareCheckpoints(kept, verified);
    expect([problems, proven?.sequence]).toEqual([[], kept.at(-1)?.sequence]);
  });

  it('that fails nothing is cut', async () => {
    const auditSink = { to: { kind: 'file', path: '/dev/full' }, everyMs: day, isRequired: false } as const;
    const { server, pass } = await withRows({ auditSink });
    pass(2 * day);
    expect(await codeOf(server.call('audit.cut', { before }))).toBe('checkpoint_sink_failed');
    expect(sequences(server)[0]).toBe(1);
  });
});

describe('a record of a cut is no cover for', () => {
  it.each([
    ['more rows than it names', 'delete from audit_rows where sequence < 9', 'rows 7 to 8 are missing'],
    [
      'rows before it, once it is changed',
      `update audit_rows set subject = replace(subject, '"through":6', '"through":8')`,
      'missing',
    ],
    [
      'rows before another place',
      'delete from audit_rows where sequence < 10; update audit_rows set sequence = 12 where sequence = 10; update audit_heads set cut = 12',
      'missing',
    ],
    ['rows of another row', 'update audit_heads set cut = 9', 'rows 1 to 6 are missing'],
    ['rows when nothing points to it', 'update audit_heads set cut = 0', 'rows 1 to 6 are missing'],
  ])('%s', async (_, sql, problem) => {
    const { server } = await cut();
    server.tamper(sql);
    const { intact, problems } = await server.call('audit.verify');
    expect([intact, problems.map((one) => one.problem).join('; ')]).toEqual([false, expect.stringContaining(problem)]);
  });

  it('rows of another organization', async () => {
    const { server } = await cut();
    await server.call('organizations.create', { name: 'other' });
    const other = server.as(server.owner, 'other');
    for (const name of ['a', 'b', 'c', 'd', 'e']) await other('environments.create', { name });
    expect(await other('audit.verify')).toMatchObject({ intact: true, rows: 10 });
    server.tamper(`delete from audit_rows where organization = 'other' and sequence <= 10 and sequence not in (9, 10);
      delete from audit_rows where organization = 'other' and sequence = 10;
      insert into audit_rows select 'other', sequence, at, phase, operation, actor, subject, result, intent, mac
        from audit_rows where organization = 'default' and sequence = 10;
      update audit_heads set cut = 10, removed = 6 where organization = 'other'`);
    expect((await other('audit.verify')).problems.map(({ problem }) => problem).join()).toContain(
      'rows 1 to 8 are missing',
    );
  });
});
