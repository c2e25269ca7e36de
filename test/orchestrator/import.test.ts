import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { Outcome } from '../support/run-program.ts';
import { signIn } from './support/browser.ts';
import { add } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { base64, codeOf, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let folder: string;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  folder = await mkdtemp(join(tmpdir(), 'kici-import-'));
});
afterAll(async () => {
  await shared.stop();
  await rm(folder, { recursive: true });
});

const canary = 'canary-of-an-import';
async function admin(words: string, stdin = ''): Promise<Outcome> {
  const environment = { KICI_URL: server.url, KICI_TOKEN: server.owner };
  return adminInProcess(words.split(' '), { stdin, environment });
}
const status = async (scope: string) =>
  Object.fromEntries((await server.call('secrets.list', { scope })).secrets.map(({ key, version }) => [key, version]));

describe('an import', () => {
  it('is rehearsed with its difference, and then applied as one audited change', async () => {
    await server.call('secrets.set', { scope: 'first', key: 'SAME', value: base64('same') });
    await server.call('secrets.set', { scope: 'first', key: 'OLD', value: base64('old') });
    await server.call('secrets.set', { scope: 'first', key: 'OTHER', value: base64('other') });
    const file = join(folder, '.env');
    await writeFile(file, `SAME=same\nOLD="${canary}"\nNEW='${canary}'\n`);
    const rehearsed = await admin(`secret import --scope first ${file} --dry-run`);
    expect(rehearsed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 other secret of the scope') });
    expect(rehearsed.stdout).toMatch(/\[dry-run\] would import into scope internal:first/);
    expect(rehearsed.stdout).toMatch(/^SAME +same *$/m);
    expect(rehearsed.stdout).toMatch(/^OLD +replace *$/m);
    expect(rehearsed.stdout).toMatch(/^NEW +new *$/m);
    expect(await status('first')).toEqual({ SAME: '1', OLD: '1', OTHER: '1' });
    const done = await admin(`secret import --scope first ${file} --json`);
    expect(JSON.parse(done.stdout)).toMatchObject({
      complete: true,
      entries: [
        { key: 'SAME', change: 'same', result: 'left' },
        { key: 'OLD', change: 'replace', result: 'written', version: '2' },
        { key: 'NEW', change: 'new', result: 'written', version: '1' },
      ],
      leftAlone: ['OTHER'],
    });
    expect(await status('first')).toEqual({ SAME: '1', OLD: '2', NEW: '1', OTHER: '1' });
    const again = await admin(`secret import --scope first ${file} --json`);
    expect(JSON.parse(again.stdout)).toMatchObject({
      entries: [{ change: 'same' }, { change: 'same' }, { change: 'same' }],
    });
    const { rows } = await server.call('audit.list', { operation: 'secrets.import', limit: 10 });
    expect(rows.map(({ phase, subject }) => [phase, subject])).toEqual([
      ['outcome', { scope: 'first', dryRun: false, keys: [] }],
      ['intent', { scope: 'first', dryRun: false }],
      ['outcome', { scope: 'first', dryRun: false, keys: ['OLD', 'NEW'], versions: ['2', '1'], bytes: [19, 19] }],
      ['intent', { scope: 'first', dryRun: false }],
      ['outcome', { scope: 'first', dryRun: true, keys: [] }],
      ['intent', { scope: 'first', dryRun: true }],
    ]);
    for (const { stdout, stderr } of [rehearsed, done, again]) expect(stdout + stderr).not.toContain(canary);
    expect(server.log()).not.toContain(canary);
  });

  it('comes from standard input too, in the format that is said', async () => {
    const yaml = await admin('secret import --scope piped --format yaml', 'A: 010\n');
    expect(yaml.exitCode).toBe(0);
    const json = await admin('secret import --scope piped - --format json', '{"B":"x"}');
    expect(json.exitCode).toBe(0);
    expect(await status('piped')).toEqual({ A: '1', B: '1' });
  });

  it.each([
    ['an empty value', 'A=\nB=x\n', 'the value of A is empty'],
    ['a name that no step can ask for', 'a.b-c=x\n"=y\n', 'line 2'],
    ['a value that is too large', `A=${'x'.repeat(65_537)}\n`, 'the value of A has more than 65536 bytes'],
  ])('with %s is refused, and nothing is sent', async (_, text, message) => {
    const { exitCode, stderr } = await admin('secret import --scope refused -', text);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(message);
    expect(await status('refused')).toEqual({});
  });

  it('may hold an empty value where that is wanted, and is refused with a name twice, or none', async () => {
    expect((await admin('secret import --scope empty - --allow-empty', 'A=\n')).exitCode).toBe(0);
    const entry = { key: 'A', value: 'dg==' };
    expect(await codeOf(server.call('secrets.import', { scope: 'empty', entries: [entry, entry] }))).toBe(
      'invalid_request',
    );
    expect(await codeOf(server.call('secrets.import', { scope: 'empty', entries: [] }))).toBe('invalid_request');
  });

  it('of many large values fits into one request', async () => {
    const entries = Array.from({ length: 40 }, (_, index) => ({ key: `K${index}`, value: base64('x'.repeat(65_536)) }));
    const { complete } = await server.call('secrets.import', { scope: 'large', entries });
    expect(complete).toBe(true);
    expect(Object.keys(await status('large'))).toHaveLength(40);
  });

  it('of the internal store is applied whole or not at all', async () => {
    await server.call('secrets.set', { scope: 'whole', key: 'B', value: base64('b') });
    server.tamper(`UPDATE internal_secrets SET updated_at = updated_at + 1 WHERE scope = 'whole' AND key = 'B'`);
    const { exitCode, stdout, stderr } = await admin('secret import --scope whole -', 'A=a\nB=changed\nC=c\n');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^A +new +not tried *$/m);
    expect(stdout).toMatch(/^B +cannot be compared \(corrupt\) +failed *$/m);
    expect(stdout).toMatch(/^C +new +not tried *$/m);
    expect(stderr).toContain('B could not be written (corrupt); nothing was written');
    const { rows } = await server.call('audit.list', { operation: 'secrets.import', limit: 1 });
    expect(rows[0]?.subject).toMatchObject({ keys: [], notWritten: ['A', 'B', 'C'] });
    server.tamper(`UPDATE internal_secrets SET updated_at = updated_at - 1 WHERE scope = 'whole' AND key = 'B'`);
    expect(await admin('secret import --scope whole -', 'A=a\nB=changed\nC=c\n')).toMatchObject({ exitCode: 0 });
    expect(await status('whole')).toEqual({ A: '1', B: '2', C: '1' });
  });

  it('that stops half way in another backend says which part was applied, and goes on from there', async () => {
    const corp = newService({ 'half B': 'b' });
    await add(server, 'corp', corp.address);
    const { service } = corp;
    const put = service.put.bind(service);
    service.put = (...written) => {
      service.put = put;
      service.fault = 'deny';
      service.faultsLeft = 1;
      return put(...written);
    };
    const lines = 'A=a\nB=changed\nC=c\n';
    const { exitCode, stdout, stderr } = await admin('secret import --scope corp:half -', lines);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^A +new +written +\d+$/m);
    expect(stdout).toMatch(/^B +replace \(permission_denied\) +failed *$/m);
    expect(stdout).toMatch(/^C +new +not tried *$/m);
    expect(stderr).toContain('B could not be written');
    expect(stderr).toContain('written before it: A');
    const { rows } = await server.call('audit.list', { operation: 'secrets.import', limit: 1 });
    expect(rows[0]?.subject).toMatchObject({ keys: ['A'], notWritten: ['B', 'C'] });
    const again = await admin('secret import --scope corp:half -', lines);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^A +same +left *$/m) });
  });

  it('is off for sessions with secrets.set, with its command, and stays within the scopes of a token', async () => {
    const person = await signIn(server.url, { token: server.owner });
    const entries = [{ key: 'K', value: 'dg==' }];
    await server.call('policy.set', { disable: ['secrets.set'] });
    const answer = await person.call('secrets.import', { scope: 'off', entries });
    expect(answer.json).toMatchObject({
      error: 'operation_disabled',
      cliEquivalent: 'kici-admin secret import --scope off --org default',
    });
    await server.call('policy.set', { valueEntry: 'sealed' });
    expect((await person.call('secrets.import', { scope: 'off', entries })).json?.['error']).toBe('operation_disabled');
    await server.call('policy.reset');
    expect((await person.call('secrets.import', { scope: 'off', entries })).status).toBe(200);
    const { token } = await server.call('tokens.create', { name: 'narrow', role: 'admin', scopes: ['team/**'] });
    expect(await codeOf(server.as(token)('secrets.import', { scope: 'off', entries }))).toBe('permission_denied');
  });
});
