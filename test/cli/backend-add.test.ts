import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { Outcome, RunOptions } from '../support/run-program.ts';
import { startWireApi, type WireApi } from '../support/wire-api.ts';
import { answers } from './answers.ts';

const base = ['backend', 'add', 'corp-vault', '--type', 'vault', '--set', 'address=https://vault:8200'];
let api: WireApi;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-backend-add-'));
  await writeFile(join(folder, 'id'), 'from-a-file\n');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  api = await startWireApi(answers);
});
afterEach(async () => {
  await api.close();
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  adminInProcess(args, { ...options, environment: { KICI_URL: api.url, ...options.environment } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const written = (): unknown => api.calls.find(({ id }) => id === 'backends.add' || id === 'backends.update')?.input;

describe('backend add', () => {
  it("sends settings as the type's schema says they are", async () => {
    const outcome = await run([
      ...base,
      '--set',
      'auth.method=approle',
      '--set',
      'kvVersion=2',
      '--set',
      'tlsVerify=false',
      '--optional',
      'true',
      '--cache-max-age',
      '30s',
      '--serve-stale',
      '1h',
    ]);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'added backend corp-vault of type vault\n' });
    expect(written()).toEqual({
      name: 'corp-vault',
      type: 'vault',
      settings: { address: 'https://vault:8200', 'auth.method': 'approle', kvVersion: 2, tlsVerify: false },
      secretSettings: {},
      optional: true,
      cacheMaxAgeMs: 30_000,
      serveStaleMs: 3_600_000,
    });
  });

  it('takes each secret the way that follows its name, standard input when none does', async () => {
    const outcome = await run(
      [...base, '--secret', 'auth.secretId', '--from-file', join(folder, 'id'), '--secret', 'auth.token', '--no-trim'],
      { stdin: 'from-stdin\n' },
    );
    expect(outcome.exitCode).toBe(0);
    expect(written()).toMatchObject({
      secretSettings: { 'auth.secretId': base64('from-a-file'), 'auth.token': base64('from-stdin\n') },
    });
  });

  it('takes a secret from the environment and, with its warning, from the command line', async () => {
    const outcome = await run(
      [...base, '--secret', 'auth.secretId', '--from-env', 'ID', '--secret', 'auth.token', '--value', 'tok'],
      { environment: { ID: 'from-env' } },
    );
    expect(outcome.stderr).toContain('visible in shell history');
    expect(written()).toMatchObject({
      secretSettings: { 'auth.secretId': base64('from-env'), 'auth.token': base64('tok') },
    });
  });

  it.each<[string, string[], string]>([
    ['a secret setting given in the open', ['--set', 'auth.secretId=hunter2'], '--secret auth.secretId'],
    ['a plain setting given as a secret', ['--secret', 'address', '--value', 'hunter2'], '--set address='],
    ['a setting that is unknown', ['--set', 'adress=hunter2'], 'it has address, auth.method'],
    ['a number that is none', ['--set', 'kvVersion=two'], 'whole number'],
    ['a truth that is none', ['--set', 'tlsVerify=maybe'], 'true or false'],
    ['a value behind the name of a secret', ['--secret', 'auth.secretId=hunter2'], 'takes only the name of a setting'],
    ['an input mode before any secret', ['--from-stdin', '--secret', 'auth.secretId'], 'before any --secret'],
    [
      'two modes for one secret',
      ['--secret', 'auth.secretId', '--value', 'hunter2', '--from-stdin'],
      'cannot be used together',
    ],
    ['one secret twice', ['--secret', 'auth.secretId', '--value', 'hunter2', '--secret', 'auth.secretId'], 'twice'],
    [
      'two secrets in one pipe',
      ['--secret', 'auth.secretId', '--secret', 'auth.token'],
      'cannot both be read from standard input',
    ],
  ])('refuses %s', async (_, args, wanted) => {
    const outcome = await run([...base, ...args], { stdin: 'x' });
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(wanted);
    expect(outcome.stderr).not.toContain('hunter2');
    expect(written()).toBeUndefined();
  });

  it('says which types there are', async () => {
    const outcome = await run(['backend', 'add', 'x', '--type', 'valt']);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('choose one of vault');
  });
});

describe('backend update', () => {
  it('sends only what changes', async () => {
    expect(
      (await run(['backend', 'update', 'corp-vault', '--unset', 'kvVersion', '--set', 'tlsVerify=true'])).exitCode,
    ).toBe(0);
    expect(written()).toEqual({
      name: 'corp-vault',
      settings: { tlsVerify: true },
      secretSettings: {},
      unset: ['kvVersion'],
    });
  });
});
