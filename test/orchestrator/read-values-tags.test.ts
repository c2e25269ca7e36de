import { SecretValue } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, set } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { startServer, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let reader: string;
beforeAll(async () => {
  shared = await startSharedServer();
  server = shared.server;
  reader = await prepare(server);
});
afterAll(() => shared.stop());

/** An environment `e` with `KEY` and `OTHER`, and a reader of it. */
async function prepare(of: TestServer): Promise<string> {
  await set(of, 'apps', 'KEY', 'hunter2');
  await set(of, 'apps', 'OTHER', 'hunter2');
  await of.call('environments.create', { name: 'e', bind: ['apps'] });
  await of.call('policy.set', { plainReads: 'on' });
  return (await of.call('tokens.create', { name: 'r', role: 'reader', environments: ['e'] })).token;
}

const ask = (path: string, { headers, ...init }: RequestInit = {}, of = server, token = reader) =>
  fetch(`${of.url}/api/v1/orgs/default/environments/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...Object.fromEntries(new Headers(headers)) },
  });
const tagOf = async (path: string, of = server, token = reader): Promise<string> => {
  const answer = await ask(path, {}, of, token);
  await answer.text();
  return answer.headers.get('etag') ?? 'none';
};

describe('an entity tag', () => {
  it('is made under a key, so that nobody can compare it with one of a guessed answer', async () => {
    const other = await startServer();
    const token = await prepare(other);
    expect(await tagOf('e/values/KEY')).toBe(await tagOf('e/values/KEY'));
    expect(await tagOf('e/values/KEY', other, token)).not.toBe(await tagOf('e/values/KEY'));
  });

  it('does not show that two keys have one value', async () => {
    expect(await tagOf('e/values/KEY')).not.toBe(await tagOf('e/values/OTHER'));
  });

  it('is another one for each form of an answer', async () => {
    const forms = ['KEY', 'KEY?encoding=base64', '?keys=KEY', '?keys=KEY&encoding=base64', '?keys=KEY,OTHER'];
    expect(new Set(await Promise.all(forms.map((form) => tagOf(`e/values${form.replace(/^K/, '/K')}`)))).size).toBe(5);
  });

  it('changes with the value where the version does not: another service, or a secret that was created again', async () => {
    const [one, two] = [newService({ 'apps KEY': 'of one' }), newService({ 'apps KEY': 'of two' })];
    await add(server, 'corp', one.address);
    await server.call('environments.create', { name: 'moved', bind: ['corp:apps'] });
    const { token } = await server.call('tokens.create', { name: 'm', role: 'reader', environments: ['moved'] });
    const tagged = async (etag: string) => {
      const answer = await ask('moved/values/KEY', { headers: { 'if-none-match': etag } }, server, token);
      return { status: answer.status, text: await answer.text(), etag: answer.headers.get('etag') ?? 'none' };
    };
    const first = await tagged('none');
    expect(await tagged(first.etag)).toMatchObject({ status: 304, text: '' });

    await server.call('backends.update', {
      name: 'corp',
      settings: { address: two.address },
      secretSettings: { password: Buffer.from('right').toString('base64') },
    });
    const second = await tagged(first.etag);
    expect(second).toMatchObject({ status: 200, text: expect.stringContaining('of two') });
    expect(JSON.parse(second.text)).toMatchObject({ version: JSON.parse(first.text).version });

    two.service.remove(ref('apps KEY'));
    two.service.put(ref('apps KEY'), SecretValue.fromText('created again'));
    expect(await tagged(second.etag)).toMatchObject({ status: 200, text: expect.stringContaining('created again') });
  });

  it('is not given with a refusal, whatever the client says it has', async () => {
    const wrong = await ask('e/values/KEY', { headers: { 'if-none-match': '*' } }, server, 'kici_wrong');
    const missing = await ask('e/values/NONE', { headers: { 'if-none-match': '*' } });
    expect([wrong.status, wrong.headers.get('etag')]).toEqual([401, null]);
    expect([missing.status, missing.headers.get('etag')]).toEqual([404, null]);
  });
});

describe('a read of values', () => {
  it('is recorded however it is asked for: by HEAD, conditionally, or for a range, which gets the whole', async () => {
    const etag = await tagOf('e/values/KEY');
    const { rows: before } = await server.call('audit.list', { operation: 'values.get', limit: 500 });
    const head = await ask('e/values/KEY', { method: 'HEAD' });
    const same = await ask('e/values/KEY', { headers: { 'if-none-match': etag } });
    const range = await ask('e/values/KEY', { headers: { range: 'bytes=0-3' } });
    expect([head.status, same.status, range.status]).toEqual([200, 304, 200]);
    expect(await range.json()).toMatchObject({ value: 'hunter2' });
    for (const answer of [head, same, range]) expect(answer.headers.get('cache-control')).toBe('no-store');
    const { rows: after } = await server.call('audit.list', { operation: 'values.get', limit: 500 });
    expect(after.length - before.length).toBe(3);
  });

  it('is of no use to a page of another origin', async () => {
    const origin = { origin: 'https://evil.example' };
    const plain = await ask('e/values/KEY', { headers: origin });
    const preflight = await ask('e/values/KEY', {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.ok).toBe(false);
    for (const { headers } of [plain, preflight])
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});
