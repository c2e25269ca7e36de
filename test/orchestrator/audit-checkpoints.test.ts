import { spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditCheckpoint, isSigned, type AuditCheckpoint } from '../../src/api/audit-checkpoint.ts';
import { compareCheckpoints } from '../../src/cli/admin/checkpoint-file.ts';
import type { AuditSinkSettings } from '../../src/composition/settings.ts';
import { withDeadline } from '../../src/orchestrator/audit/checkpoints/sink.ts';
import { rotateKeyEncryptionKey } from '../../src/keyring/rotate-key.ts';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import type { AllTables } from '../../src/composition/all-tables.ts';
import { databaseFor } from '../support/engine.ts';
import { roundsByHand } from './support/rounds.ts';
import { base64, codeOf, errorOf, startServer, temporaryFolder, testKey, type TestServer } from './support/server.ts';

const append = (server: TestServer, key = 'K') =>
  server.call('secrets.set', { scope: 'production', key, value: base64('v') });

const checkpointOf = async (server: TestServer): Promise<AuditCheckpoint> =>
  (await server.call('audit.checkpoint')).checkpoint;

async function compare(server: TestServer, checkpoints: readonly AuditCheckpoint[]) {
  return compareCheckpoints(
    checkpoints,
    await server.call('audit.verify', { rows: checkpoints.map(({ sequence }) => sequence) }),
  );
}

async function sinkFolder(): Promise<string> {
  return join(await temporaryFolder(), 'checkpoints.jsonl');
}

/** Rounds are run by the test. */
async function startWithSink(to: AuditSinkSettings['to'], more: Partial<AuditSinkSettings> = {}) {
  const { repeat, round } = roundsByHand();
  let at = Date.parse('2026-01-01T00:00:00Z');
  const server = await startServer({
    settings: { auditSink: { to, everyMs: 60_000, isRequired: false, ...more } },
    now: () => at,
    repeat,
  });
  return {
    server,
    pass: (ms: number) => {
      at += ms;
    },
    round,
  };
}

const linesOf = async (file: string): Promise<AuditCheckpoint[]> =>
  (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => auditCheckpoint.parse(JSON.parse(line)));

describe('a checkpoint', () => {
  it('says what the log is now, signed by a key of the organization, and the log goes on continuing it', async () => {
    const server = await startServer();
    await append(server);
    const checkpoint = await checkpointOf(server);
    expect(isSigned(checkpoint)).toBe(true);
    expect(checkpoint).toMatchObject({ organization: 'default', sequence: 3 });
    await append(server);
    expect(await compare(server, [checkpoint])).toEqual({ problems: [], proven: checkpoint });
  });

  it.each(['sequence', 'mac', 'at', 'organization'] as const)('whose %s was changed is nobody’s', async (field) => {
    const server = await startServer();
    await append(server);
    const checkpoint = await checkpointOf(server);
    const other = { sequence: 2, mac: 'ab'.repeat(32), at: '2020-01-01T00:00:00.000Z', organization: 'other' }[field];
    const changed = auditCheckpoint.parse({ ...checkpoint, [field]: other });
    expect((await compare(server, [changed])).problems).toMatchObject([
      { problem: expect.stringContaining('not made') },
    ]);
  });

  it.each([
    ['a cut tail', 'delete from audit_rows where sequence > 2', 3, 'missing'],
    ['a rewritten row', "update audit_rows set mac = 'ab' where sequence = 3", 3, 'differs'],
    ['a forged row under its MAC', "update audit_rows set actor = 'x' where sequence = 3", 3, 'differs'],
    ['a row that is gone', 'delete from audit_rows where sequence = 3', 3, 'missing'],
  ])('finds %s, and says which row', async (_, sql, sequence, problem) => {
    const server = await startServer();
    await append(server);
    const checkpoint = await checkpointOf(server);
    server.tamper(sql);
    await append(server);
    const { problems } = await compare(server, [checkpoint]);
    expect(problems).toEqual([{ sequence, problem: expect.stringContaining(problem) }]);
  });

  it('finds a log that somebody with the keys has put in its place, which verifies by itself', async () => {
    const server = await startServer();
    await append(server);
    const checkpoint = await checkpointOf(server);
    const { dataDir } = server;
    await server.application.stop();
    server.tamper('delete from audit_rows; delete from audit_heads');
    await writeFile(join(dataDir, 'audit-anchor.json'), '{"default":{"sequence":0,"mac":""}}');
    const again = await startServer({ settings: { dataDir } });
    for (const key of ['X', 'Y']) await append(again, key);
    expect(await again.call('audit.verify')).toMatchObject({ intact: true, rows: 4 });
    expect((await compare(again, [checkpoint])).problems).toEqual([
      { sequence: 3, problem: expect.stringContaining('the row differs from the checkpoint of') },
    ]);
  });

  it('of another installation or organization is refused', async () => {
    const [server, other] = [await startServer(), await startServer()];
    await append(server);
    await append(other);
    const foreign = await checkpointOf(other);
    expect((await compare(server, [foreign])).problems).toHaveLength(1);
    await server.call('organizations.create', { name: 'other' });
    const { checkpoint } = await server.as(server.owner, 'other')('audit.checkpoint');
    expect((await compare(server, [checkpoint])).problems).toHaveLength(1);
  });

  it('is compared by programs of the same release: others are told so', async () => {
    const { url, owner } = await startServer();
    const asked = await fetch(`${url}/api/v1/orgs/default/audit/verify?rows=1`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    expect([asked.status, await asked.json()]).toEqual([
      404,
      expect.objectContaining({ error: 'not_found', hint: expect.stringContaining('another release') }),
    ]);
  });

  it('stays good when the key-encryption key is rotated', async () => {
    const server = await startServer();
    await append(server);
    const checkpoint = await checkpointOf(server);
    const { dataDir } = server;
    await server.application.stop();
    const database = await (await databaseFor(dataDir)).open<AllTables>();
    const next = '6b'.repeat(32);
    await rotateKeyEncryptionKey(database, keyFromText(testKey, 'the old key'), keyFromText(next, 'the new key'));
    await database.destroy();
    const again = await startServer({ settings: { dataDir, key: { kind: 'text', text: next, name: 'the new key' } } });
    await append(again);
    expect(await compare(again, [checkpoint])).toEqual({ problems: [], proven: checkpoint });
  });

  it('is for owners', async () => {
    const server = await startServer();
    const { token } = await server.call('tokens.create', { name: 'auditor', role: 'auditor' });
    expect(await codeOf(server.as(token)('audit.checkpoint'))).toBe('permission_denied');
  });
});

describe('a sink', () => {
  it('that is a file gets a line for each log that has grown: at first, after a time, and after many rows', async () => {
    const file = await sinkFolder();
    const { server, pass, round } = await startWithSink({ kind: 'file', path: file }, { everyRows: 10 });
    await round();
    await append(server);
    await round();
    expect(await linesOf(file)).toMatchObject([{ sequence: 2 }]);
    await append(server);
    await round();
    expect(await linesOf(file)).toHaveLength(1);
    pass(61_000);
    await round();
    expect(await linesOf(file)).toMatchObject([{ sequence: 2 }, { sequence: 4 }]);
    for (let count = 0; count < 5; count += 1) await append(server);
    await round();
    expect(await linesOf(file)).toMatchObject([{ sequence: 2 }, { sequence: 4 }, { sequence: 14 }]);
    expect((await compare(server, await linesOf(file))).problems).toEqual([]);
  });

  it('that is a file with half a line, as a full disk leaves it, gets whole lines behind it', async () => {
    const file = await sinkFolder();
    await writeFile(file, '{"kind":"kici au');
    const { server } = await startWithSink({ kind: 'file', path: file });
    await append(server);
    await server.call('audit.checkpoint');
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines[0]).toBe('{"kind":"kici au');
    expect(auditCheckpoint.safeParse(JSON.parse(lines.at(-2) ?? '')).success).toBe(true);
  });

  it('that is a file loses nothing of what another orchestrator has appended while a write fails', async () => {
    const file = await sinkFolder();
    const script = fileURLToPath(new URL('support/two-writers.ts', import.meta.url));
    const child = spawn('prlimit', ['--fsize=9000', process.execPath, script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    await once(child, 'close');
    const written: unknown = JSON.parse(told);
    expect(written).not.toEqual([]);
    expect((await readFile(file, 'utf8')).split('\n')).toEqual(expect.arrayContaining(Object.values(Object(written))));
  });

  it('is written to by one of two orchestrators', async () => {
    const file = await sinkFolder();
    const to = { kind: 'file', path: file } as const;
    const first = await startWithSink(to);
    const second = roundsByHand();
    await first.round();
    await startServer({
      settings: { dataDir: first.server.dataDir, auditSink: { to, everyMs: 1, isRequired: false } },
      now: () => Date.parse('2026-01-01T00:00:01Z'),
      repeat: second.repeat,
    });
    await second.round();
    await append(first.server);
    await first.round();
    expect(await linesOf(file)).toHaveLength(1);
    await append(first.server);
    await second.round();
    expect(await linesOf(file)).toHaveLength(1);
    first.pass(61_000);
    await first.round();
    expect(await linesOf(file)).toMatchObject([{ sequence: 2 }, { sequence: 4, at: '2026-01-01T00:01:01.000Z' }]);
  });

  async function listen(answer: RequestListener) {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/logs/`);
  }

  it('that is an address gets a document of its own each time, with the token of the file', async () => {
    const seen: (string | undefined)[][] = [];
    const bodies: string[] = [];
    const url = await listen((request, response) => {
      seen.push([request.method, request.url, request.headers.authorization]);
      request
        .on('data', (chunk: Buffer) => bodies.push(chunk.toString()))
        .on('end', () => response.writeHead(201).end());
    });
    const tokenFile = join(await temporaryFolder(), 'token');
    await writeFile(tokenFile, 'tok-1\n');
    const { server, round } = await startWithSink({ kind: 'put', url, tokenFile });
    await round();
    await append(server);
    expect(await server.call('audit.checkpoint')).toMatchObject({ kept: true, checkpoint: { sequence: 3 } });
    const name = expect.stringMatching(/^\/logs\/2026-01-01T000000\.000Z-[0-9a-f]{8}\.jsonl$/);
    expect(seen).toEqual([['PUT', name, 'Bearer tok-1']]);
    expect(auditCheckpoint.parse(JSON.parse(bodies.join('')))).toMatchObject({ sequence: 3 });
    expect(server.log()).not.toContain('tok-1');
  });

  it.each<[string, RequestListener, string]>([
    ['answers 500', (_, response) => response.writeHead(500).end('tok-1'), 'it answered 500'],
    [
      'answers with a redirect',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      '302',
    ],
    ['hangs up', (request) => request.destroy(), 'ECONNRESET'],
  ])('that %s fails by name, requests go on, and health tells', async (_, answer, reason) => {
    const url = await listen(answer);
    const { server } = await startWithSink({ kind: 'put', url, tokenFile: undefined });
    await append(server);
    const error = await errorOf(server.call('audit.checkpoint'));
    expect([error.code, error.message]).toEqual(['checkpoint_sink_failed', expect.stringContaining(reason)]);
    await append(server);
    const health = await (await fetch(`${server.url}/health/ready`)).json();
    expect(health).toEqual({ status: 'ready', degraded: ['checkpoint_sink_failed'] });
    expect(server.log()).toContain('checkpoints of the audit log are not kept');
    expect(server.log()).not.toContain('tok-1');
  });

  it('that refuses connections, is a folder, or may not be reached fails by name', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a'));
    for (const [to, reason] of [
      [{ kind: 'put', url: new URL('http://127.0.0.1:1/'), tokenFile: undefined }, 'ECONNREFUSED'],
      [{ kind: 'file', path: join(folder, 'a') }, 'is a folder'],
      [{ kind: 'file', path: '/dev/full' }, 'is a device'],
      [{ kind: 'put', url: new URL('http://169.254.169.254/'), tokenFile: undefined }, 'address_not_allowed'],
    ] as const) {
      const { server } = await startWithSink(to);
      expect((await errorOf(server.call('audit.checkpoint'))).message).toContain(reason);
    }
  });

  it('that hangs has a deadline, and gets nothing more until it has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sink = withDeadline({ write: () => promise }, 10);
    await expect(sink.write('')).rejects.toThrow('did not take a checkpoint: no answer for 0.01 seconds');
    await expect(sink.write('')).rejects.toThrow('still busy with an earlier one');
    resolve();
    await promise;
    await expect.poll(() => sink.write('').then(() => 'kept', String)).toBe('kept');
  });

  it('that is full keeps what it had, and one that nobody reads holds up no other work', async () => {
    const file = await sinkFolder();
    const script = fileURLToPath(new URL('support/full-sinks.ts', import.meta.url));
    const child = spawn('prlimit', ['--fsize=600', process.execPath, script, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(child, 'exit');
    expect(JSON.parse(text)).toEqual({
      told: [
        'kept',
        'the checkpoint sink did not take a checkpoint: EFBIG',
        expect.stringMatching(/no answer for 0.2 seconds|EAGAIN/),
      ],
      wasFree: true,
    });
    expect(await readFile(file, 'utf8')).toBe(`${'x'.repeat(399)}\n${'x'.repeat(200)}`);
  });

  it('that is required holds up what has not begun, by name, until it takes checkpoints again', async () => {
    let status = 500;
    const url = await listen((_, response) => response.writeHead(status).end());
    const { server, round } = await startWithSink({ kind: 'put', url, tokenFile: undefined }, { isRequired: true });
    await codeOf(server.call('audit.checkpoint'));
    expect(await codeOf(append(server))).toBe('checkpoint_sink_failed');
    expect(server.rows("select 1 as one from audit_rows where operation = 'secrets.set'")).toEqual([]);
    status = 200;
    await round();
    await append(server);
  });
});
