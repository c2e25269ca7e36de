import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { auditCheckpoint } from '../../src/api/audit-checkpoint.ts';
import { base64, startSharedServer, temporaryFolder } from '../orchestrator/support/server.ts';
import { adminInProcess } from '../support/admin-in-process.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;

beforeAll(async () => {
  shared = await startSharedServer();
  const { call } = shared.server;
  await call('environments.create', { name: 'production', bind: ['apps'] });
  for (const key of ['A', 'B']) await call('secrets.set', { scope: 'apps', key, value: base64('v') });
});
afterAll(() => shared.stop());

const run = (...words: string[]) =>
  adminInProcess(words, { environment: { KICI_URL: shared.server.url, KICI_TOKEN: shared.server.owner } });

/** Hands requests on, each after `before` has ended. */
async function startProxy(to: string, before: (path: string) => Promise<void>): Promise<string> {
  const proxy = createServer((request, response) => {
    const forward = async (): Promise<void> => {
      await before(request.url ?? '');
      const body = request.method === 'POST' ? await buffer(request) : null;
      const headers = { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' };
      const answer = await fetch(`${to}${request.url ?? ''}`, { method: request.method ?? 'GET', headers, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    void forward().catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const address = z.object({ port: z.int() }).parse(proxy.address());
  return `http://127.0.0.1:${address.port}`;
}

const newFile = async (): Promise<string> => join(await temporaryFolder(), 'file.jsonl');

describe('kici-admin audit checkpoint', () => {
  it('prints a line to be kept, which audit verify finds the log to continue', async () => {
    const { stdout, stderr, exitCode } = await run('audit', 'checkpoint');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('keep this line where it cannot write')]);
    const checkpoint = auditCheckpoint.parse(JSON.parse(stdout));
    const file = await newFile();
    await writeFile(file, stdout);
    const verified = await run('audit', 'verify', '--checkpoint', file);
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringMatching(/^intact: \d+ rows/)]);
    expect(verified.stderr).toContain(`continues the checkpoint of row ${checkpoint.sequence}, made on`);
    await appendFile(file, JSON.stringify({ ...checkpoint, mac: '00'.repeat(32) }));
    const found = await run('audit', 'verify', '--checkpoint', file, '--json');
    expect([found.exitCode, JSON.parse(found.stdout)]).toMatchObject([
      1,
      { intact: false, problems: [{ sequence: checkpoint.sequence, acknowledged: false }] },
    ]);
    expect(found.stderr).toContain('audit_damaged');
  });

  it('compares every one of very many, and tells how many lines it has left out', async () => {
    const { stdout } = await run('audit', 'checkpoint');
    const { sequence, ...checkpoint } = auditCheckpoint.parse(JSON.parse(stdout));
    const forged = { ...checkpoint, sequence: 1, mac: '00'.repeat(32) };
    const good = { ...checkpoint, sequence };
    const unknown = Array.from({ length: 2_000 }, (_, index) => ({ ...forged, sequence: 10_000 + index }));
    const file = await newFile();
    const lines = [{ ready: true }, forged, ...unknown, good].map((line) => `${JSON.stringify(line)}\n`);
    await writeFile(file, lines.join(''));
    const asked: string[] = [];
    const proxy = await startProxy(shared.server.url, async (path) => void asked.push(path));
    const { exitCode, stdout: told } = await run('audit', 'verify', '--checkpoint', file, '--json', '--url', proxy);
    expect(asked).toEqual(['/api/v1/orgs/default/audit/verify']);
    const { problems, continues, skipped } = z
      .object({ problems: z.array(z.unknown()), continues: z.object({ sequence: z.int() }), skipped: z.int() })
      .parse(JSON.parse(told));
    expect([exitCode, problems.length, continues, skipped]).toEqual([1, 2_001, { sequence }, 1]);
    await writeFile(file, `{"ready":true}\n${stdout}`);
    const { stderr } = await run('audit', 'verify', '--checkpoint', file);
    expect(stderr).toContain('of the file, 1 line that holds no checkpoint was left out');
  });

  it('looks once, so that a cut behind its look is not taken for tampering', async () => {
    const file = await newFile();
    await writeFile(file, (await run('audit', 'checkpoint')).stdout);
    const { call, url } = shared.server;
    for (let count = 0; count < 2; count += 1)
      await call('secrets.set', { scope: 'apps', key: 'NEW', value: base64('v') });
    let looks = 0;
    const proxy = await startProxy(url, async () => {
      looks += 1;
      if (looks === 2) await call('audit.cut', { before: new Date().toISOString() });
    });
    const { exitCode, stderr } = await run('audit', 'verify', '--checkpoint', file, '--url', proxy);
    expect([exitCode, stderr, looks]).toEqual([0, expect.stringContaining('continues the checkpoint'), 1]);
  });

  it.each([
    ['of another organization alone', '{"organization":"x"}', 'holds no checkpoint of the organization "default"'],
    ['without any', '{"kind":"kici au\n{"ready":true}\n', 'of 2 lines, 2 are none of any'],
    ['that is empty', '', 'holds no checkpoint'],
  ])('a file %s is refused', async (_, text, message) => {
    const file = await newFile();
    const { stdout } = await run('audit', 'checkpoint');
    const organization: unknown = text.startsWith('{"o') ? JSON.parse(text) : undefined;
    await writeFile(
      file,
      organization === undefined ? text : JSON.stringify({ ...JSON.parse(stdout), ...Object(organization) }),
    );
    const outcome = await run('audit', 'verify', '--checkpoint', file);
    expect([outcome.exitCode, outcome.stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

const row = z.looseObject({ sequence: z.int(), operation: z.string() });

describe('kici-admin audit export', () => {
  const rowsIn = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => row.parse(JSON.parse(line)));

  it('writes every row, the oldest first, or those that pass a filter', async () => {
    const all = await run('audit', 'export', '--format', 'jsonl');
    const sequences = rowsIn(all.stdout).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    const some = await run('audit', 'export', '--scope', 'apps', '--outcome', 'done', '--key', 'A');
    expect(rowsIn(some.stdout)).toMatchObject([
      { operation: 'secrets.set', mac: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(some.stderr).toContain('wrote 1 row');
  });

  it('writes a new file, and no file that is there', async () => {
    const file = await newFile();
    expect((await run('audit', 'export', '--out', file, '--operation', 'environments.create')).stdout).toBe(
      'wrote 2 rows\n',
    );
    expect(rowsIn(await readFile(file, 'utf8'))).toHaveLength(2);
    const again = await run('audit', 'export', '--out', file);
    expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('EEXIST')]);
    expect((await run('audit', 'export', '--json')).exitCode).toBe(2);
  });

  it('keeps a name from acting on a terminal or ending a line', async () => {
    const { call } = shared.server;
    await call('tokens.create', { name: 'a\n\u001b[31m\u202e\u0085\u2028b', role: 'author' });
    const { stdout } = await run('audit', 'export', '--operation', 'tokens.create');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ subject: { name: 'a\n\u001b[31m\u202e\u0085\u2028b' } });
  });
});

describe('kici-admin audit cut', () => {
  it('is not done without a word of the person who asks for it', async () => {
    const outcome = await run('audit', 'cut', '--before', '2020-01-01');
    expect([outcome.exitCode, outcome.stderr]).toEqual([2, expect.stringContaining('add --yes')]);
    expect((await run('audit', 'cut', '--yes')).stderr).toContain('--before is missing');
  });

  it('removes nothing that came while it exported, though the clock of who asks is ahead', async () => {
    const { call, url, owner } = shared.server;
    const file = await newFile();
    const ahead = new Date(Date.now() + 500).toISOString();
    const between = await startProxy(url, async (path) => {
      if (!path.endsWith('/audit/cut')) return;
      for (let count = 0; count < 2; count += 1)
        await call('secrets.set', { scope: 'apps', key: 'LATE', value: base64('v') });
      await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(ahead));
    });
    const outcome = await adminInProcess(['audit', 'cut', '--before', ahead, '--yes', '--export', file, '--json'], {
      environment: { KICI_URL: between, KICI_TOKEN: owner },
    });
    expect([outcome.exitCode, outcome.stderr]).toEqual([0, '']);
    const last = row.parse(JSON.parse((await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? ''));
    expect(JSON.parse(outcome.stdout)).toMatchObject({ through: last.sequence });
    expect((await call('audit.list', { key: 'LATE' })).rows).toHaveLength(4);
  });

  it('exports what it removes, and old checkpoints are told to be older than the log', async () => {
    const [old, file] = [await newFile(), await newFile()];
    await writeFile(old, (await run('audit', 'checkpoint')).stdout);
    for (let count = 0; count < 2; count += 1)
      await shared.server.call('secrets.set', { scope: 'apps', key: 'C', value: base64('v') });
    const [first] = (await shared.server.call('audit.list', { order: 'oldest', limit: 1 })).rows;
    const { stdout } = await run('audit', 'cut', '--before', '0s', '--yes', '--export', file);
    expect(stdout).toMatch(/^removed \d+ rows: the log begins at row (\d+), as row \d+ records; \d+ rows are in /);
    expect((await readFile(file, 'utf8')).split('\n')[0]).toContain(`"sequence":${first?.sequence},`);
    const verified = await run('audit', 'verify', '--checkpoint', old);
    expect([verified.exitCode, verified.stderr]).toEqual([1, expect.stringContaining('checkpoint_cut')]);
    expect((await run('audit', 'verify')).stdout).toContain('intact');
    shared.server.tamper(
      "update audit_rows set actor = 'x' where sequence = (select max(sequence) - 1 from audit_rows)",
    );
    const damaged = await run('audit', 'verify', '--checkpoint', old);
    expect([damaged.exitCode, damaged.stderr]).toEqual([1, expect.stringContaining('audit_damaged')]);
  });
});
