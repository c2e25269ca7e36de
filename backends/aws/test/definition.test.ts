import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SecretValue, type Settings } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { awsDefinition } from '../index.ts';
import { settings, validate } from '../settings.ts';
import { createTestHost } from './support/host.ts';
import { testSettings } from './support/subject.ts';

const run = promisify(execFile);
const endpoint = 'http://127.0.0.1:1';
const create = (overrides: Settings) => awsDefinition.create(testSettings(endpoint, overrides), createTestHost());

/** Counts SDK modules after importing the package, and after a call. */
const script = `
  import { createRequire } from 'node:module';
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => /@aws-sdk|@smithy/.test(path)).length;
  const { awsDefinition } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)});
  const { SecretValue } = await import('@kici-dev/secret-backend');
  const host = { name: 'a', organization: 'o', ambient: { credentials: false, paths: [] }, now: Date.now, log() {}, resolveAddress: async () => [] };
  const backend = awsDefinition.create({ region: 'eu-central-1', endpoint: '${endpoint}', 'auth.method': 'keys', 'auth.accessKeyId': 'AKIATEST', 'auth.secretAccessKey': SecretValue.fromText('x') }, host);
  const imported = loaded();
  await backend.read([{ scope: 's', key: 'k' }], { signal: AbortSignal.timeout(5000), deadline: Date.now() + 5000 });
  console.log(JSON.stringify({ imported, called: loaded() > 0 }));
  await backend.close();
`;

describe('the definition', () => {
  it('loads no SDK before the first call', async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: new URL('..', import.meta.url),
    });
    expect(JSON.parse(stdout)).toEqual({ imported: 0, called: true });
  });

  it('opens the layout that the settings name, with what that layout can do', async () => {
    const [perKey, object] = [await create({}), await create({ layout: 'object-per-scope' })];
    expect(perKey.capabilities).toBe(awsDefinition.capabilities);
    expect(object.capabilities).toMatchObject({ binary: false, declare: false, listReadsValues: true });
    expect('declare' in object).toBe(false);
    await Promise.all([perKey.close(), object.close()]);
  });

  it.each<[string, Settings]>([
    ['region', { region: undefined }],
    ['endpoint', { endpoint: 'ftp://example.test' }],
    ['endpoint', { endpoint: 'https://user:password-canary@example.test' }],
    ['layout', { layout: 'other' }],
    ['auth.method', { 'auth.method': 'other' }],
    ['auth.accessKeyId', { 'auth.accessKeyId': undefined }],
    ['auth.secretAccessKey', { 'auth.secretAccessKey': undefined }],
    ['auth.secretAccessKey', { 'auth.secretAccessKey': 'not sealed' }],
    ['deletionWindowDays', { deletionWindowDays: '30' }],
    ['tags', { tags: '=x' }],
  ])('says that %s is wrong', (field, overrides) => {
    expect(() => create(overrides)).toThrow(`the setting ${field}`);
    expect(() => create(overrides)).not.toThrow(/canary|not sealed/);
  });

  it('says that a secret setting is not text once it is used', async () => {
    const backend = await create({
      endpoint: 'http://nowhere.test',
      'auth.secretAccessKey': SecretValue.fromBytes(Uint8Array.of(0xff)),
    });
    await expect(
      backend.check({ signal: AbortSignal.timeout(5_000), deadline: Date.now() + 5_000 }),
    ).rejects.toMatchObject({ code: 'misconfigured' });
    await backend.close();
  });

  it('warns of an endpoint that is not encrypted', async () => {
    const host = createTestHost();
    await (await awsDefinition.create(testSettings('http://localstack:4566'), host)).close();
    expect(host.logged()).toMatch(/^warn the endpoint is not encrypted/);
    const quiet = createTestHost();
    await (
      await awsDefinition.create(testSettings('https://secretsmanager.eu-central-1.amazonaws.com'), quiet)
    ).close();
    expect(quiet.logged()).toBe('');
  });

  it('finds settings that contradict each other', () => {
    expect(validate({ 'auth.externalId': 'x' }).map(({ field }) => field)).toEqual(['auth.externalId']);
    for (const prefix of ['/ci', 'ci//x/', '../'])
      expect(validate({ prefix }).map(({ field }) => field)).toEqual(['prefix']);
    for (const prefix of ['', 'ci/', 'ci-', 'team/ci/', 'a+b@c=d/']) expect(validate({ prefix })).toEqual([]);
  });

  it('has patterns that their own examples match, and that take no more than they should', () => {
    for (const [name, field] of Object.entries(settings)) {
      if (!('pattern' in field)) continue;
      expect(field.example, name).toMatch(new RegExp(field.pattern));
      expect('bad value\u0000', name).not.toMatch(new RegExp(field.pattern));
    }
    expect('us-gov-west-1').toMatch(new RegExp(settings.region.pattern));
    expect('evil.example.test/').not.toMatch(new RegExp(settings.region.pattern));
  });
});
