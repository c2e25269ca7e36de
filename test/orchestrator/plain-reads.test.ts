import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isPrivate } from '../../src/orchestrator/http/way-to.ts';
import { add, set } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { base64, startSharedServer, type TestServer } from './support/server.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/reading-by-programs.md'), 'utf8');

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let reader: string;
const corp = newService();

beforeAll(async () => {
  shared = await startSharedServer();
  ({ server } = shared);
  await add(server, 'corp', corp.address);
  await set(server, 'apps', 'DB_PASSWORD', 'password-canary');
  await set(server, 'apps', 'DB_USER', 'shop');
  await server.call('secrets.set', { scope: 'apps', key: 'KEY_FILE', value: Buffer.of(0xff, 0xfe).toString('base64') });
  await server.call('secrets.declare', { scope: 'apps', key: 'LATER' });
  await server.call('environments.create', { name: 'production', bind: ['apps'] });
  await server.call('environments.create', { name: 'staging', bind: ['apps'] });
  reader = (await server.call('tokens.create', { name: 'r', role: 'reader', environments: ['production'] })).token;
  await server.call('policy.set', { plainReads: 'on' });
});
afterAll(() => shared.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

async function get(path: string, headers: Readonly<Record<string, string>> = {}, token = reader): Promise<Answer> {
  const response = await fetch(`${server.url}/api/v1/orgs/default/environments/${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
}

const lastRow = async (operation: 'values.get' | 'values.list') =>
  (await server.call('audit.list', { operation, limit: 1 })).rows[0];

describe('plain reads', () => {
  it('are off until an owner switches them on, and again after a reset', async () => {
    await server.call('policy.set', { plainReads: 'off' });
    const refused = await get('production/values/DB_PASSWORD');
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({
        error: 'operation_disabled',
        operation: 'values.get',
        hint: 'an owner runs: kici-admin policy set --plain-reads on',
      }),
    ]);
    expect((await server.call('policy.set', { plainReads: 'on' })).plainReadsChange).toEqual({ from: 'off', to: 'on' });
    expect((await get('production/values/DB_PASSWORD')).status).toBe(200);
    expect((await server.call('policy.reset')).plainReads).toBe('off');
    expect((await get('production/values/DB_PASSWORD')).status).toBe(403);
    await server.call('policy.set', { plainReads: 'on' });
  });

  it('answer one key, or all that are stated, and are audited without a value', async () => {
    const one = await get('production/values/DB_PASSWORD');
    expect([one.status, one.json]).toEqual([200, { key: 'DB_PASSWORD', value: 'password-canary' }]);
    expect(one.headers.get('cache-control')).toBe('no-store');
    expect(await lastRow('values.get')).toMatchObject({
      phase: 'read',
      actor: expect.stringMatching(/^token:.*:r$/),
      subject: { environment: 'production', key: 'DB_PASSWORD' },
    });
    const many = await get('production/values?keys=DB_PASSWORD,DB_USER');
    expect(many.json).toEqual({ values: { DB_PASSWORD: 'password-canary', DB_USER: 'shop' } });
    const row = await lastRow('values.list');
    expect(JSON.stringify(row)).toContain('"outcomes":[{"key":"DB_PASSWORD","status":"found"');
    expect(JSON.stringify(row) + server.log()).not.toContain('password-canary');
  });

  it('have a tag by which the same answer is not sent again, and another one is', async () => {
    const etag = (await get('production/values/DB_USER')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const again = await get('production/values/DB_USER', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, again.json, again.headers.get('etag')]).toEqual([304, undefined, etag]);
    await set(server, 'apps', 'DB_USER', 'other');
    expect((await get('production/values/DB_USER', { 'if-none-match': etag })).json).toEqual({
      key: 'DB_USER',
      value: 'other',
    });
    await set(server, 'apps', 'DB_USER', 'shop');
  });

  it('say that there is nothing only where that is known, and give all keys or none', async () => {
    for (const path of [
      'production/values/NEVER_SET',
      'production/values/LATER',
      'production/values?keys=DB_USER,LATER',
    ])
      expect(await get(path)).toMatchObject({ status: 404, json: { error: 'not_found' } });
    await server.call('environments.create', { name: 'outage', bind: ['apps'] });
    await server.call('bindings.add', { environment: 'outage', scope: 'corp:apps', priority: 10 });
    const { token } = await server.call('tokens.create', { name: 'o', role: 'reader', environments: ['outage'] });
    await server.call('backends.update', { name: 'corp', optional: true });
    corp.service.password = 'changed';
    try {
      for (const path of ['outage/values/DB_USER', 'outage/values?keys=NEVER_SET,DB_USER']) {
        const answer = await get(path, {}, token);
        expect([answer.status, answer.json]).toEqual([503, expect.objectContaining({ error: 'backend_unavailable' })]);
        expect(answer.headers.get('etag')).toBeNull();
      }
    } finally {
      corp.service.password = 'right';
    }
  });

  it('give bytes as base64, and never text that is not there', async () => {
    expect(await get('production/values/KEY_FILE')).toMatchObject({ status: 422, json: { error: 'unsupported' } });
    expect((await get('production/values/KEY_FILE?encoding=base64')).json).toEqual({ key: 'KEY_FILE', value: '//4=' });
    expect((await get('production/values?keys=DB_USER&encoding=base64')).json).toEqual({
      values: { DB_USER: base64('shop') },
    });
  });

  it('stay within the environments and scopes of the token, which can do nothing else', async () => {
    expect((await get('staging/values/DB_USER')).status).toBe(403);
    expect((await get('production/secrets')).status).toBe(403);
    const elsewhere = { name: 'e', role: 'reader', environments: ['production'], scopes: ['other/**'] } as const;
    const { token } = await server.call('tokens.create', elsewhere);
    const refused = await get('production/values/DB_USER', {}, token);
    expect([refused.status, JSON.stringify(refused.json)]).toEqual([503, expect.stringContaining('token_narrowed')]);
    const { token: admin } = await server.call('tokens.create', { name: 'a', role: 'admin' });
    expect((await get('production/values/DB_USER', {}, admin)).status).toBe(403);
    await expect(server.as(admin)('tokens.create', { name: 'x', role: 'reader' })).rejects.toMatchObject({
      code: 'permission_denied',
    });
    for (const keys of ['', 'A,,B', 'a/b', Array.from({ length: 101 }, (_, index) => `K${index}`).join(',')])
      expect((await get(`production/values?keys=${keys}`)).status).toBe(400);
  });
});

describe('a request is private', () => {
  const urls = [new URL('https://kici.example.com/'), new URL('http://kici.internal:4000/')];
  it.each([
    ['127.0.0.1', 'localhost:4000', true],
    ['::ffff:127.0.0.1', '127.0.0.1:4000', true],
    ['::1', '[::1]:4000', true],
    ['10.0.0.7', 'kici.example.com', true],
    ['10.0.0.7', 'kici.internal:4000', false],
    ['10.0.0.7', 'localhost:4000', false],
    ['10.0.0.7', '10.0.0.1:4000', false],
    [undefined, 'localhost:4000', false],
  ])('from %s at %s: %s', (remoteAddress, host, expected) => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
    const request = new IncomingMessage(socket);
    request.headers.host = host;
    expect(isPrivate(request, urls)).toBe(expected);
  });
});

describe('docs/reading-by-programs.md', () => {
  const local = (url: string): string => url.replace('https://kici.example.com', server.url);
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';

  it('has commands of curl that get the values', async () => {
    const { stdout } = await promisify(execFile)('bash', ['-euc', block('sh')], {
      env: { PATH: process.env['PATH'], KICI_URL: server.url, KICI_READER_TOKEN: reader },
    });
    expect(stdout).toBe(
      '{"key":"DB_PASSWORD","value":"password-canary"}{"values":{"DB_PASSWORD":"password-canary","DB_USER":"shop"}}',
    );
  });

  it('has a store of External Secrets Operator, whose request gets the value', async () => {
    const [store, secret, external] = parseAllDocuments(block('yaml')).map((document): unknown => document.toJS());
    expect(secret).toMatchObject({ metadata: { labels: { 'external-secrets.io/type': 'webhook' } } });
    expect(external).toMatchObject({ spec: { data: [{ remoteRef: { key: 'DB_PASSWORD' } }] } });
    const { url, headers, result } = webhookOf(store);
    // As its templates do: the key, and the field of the secret that is called so.
    const rendered = local(url.replace('{{ .remoteRef.key }}', 'DB_PASSWORD'));
    const authorization = headers.Authorization.replace('{{ .kici.token }}', reader);
    const answer = await fetch(rendered, { headers: { authorization } });
    expect(result.jsonPath).toBe('$.value');
    expect(await answer.json()).toMatchObject({ value: 'password-canary' });
  });

  it('has a request of Terraform, which gets the values', async () => {
    const text = block('hcl');
    const [, url = ''] = /url\s*=\s*"([^"]+)"/.exec(text) ?? [];
    const [, authorization = ''] = /Authorization = "([^"]+)"/.exec(text) ?? [];
    const answer = await fetch(local(url), {
      headers: { authorization: authorization.replace('${var.kici_token}', reader) },
    });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { values: { DB_PASSWORD: 'password-canary', DB_USER: 'shop' } },
    ]);
  });
});

interface Webhook {
  readonly url: string;
  readonly headers: { readonly Authorization: string };
  readonly result: { readonly jsonPath: string };
}

function webhookOf(store: unknown): Webhook {
  const shape: { readonly spec: { readonly provider: { readonly webhook: Webhook } } } = JSON.parse(
    JSON.stringify(store),
  );
  return shape.spec.provider.webhook;
}
