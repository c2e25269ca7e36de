import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, set } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { send } from './support/raw-http.ts';
import { base64, codeOf, errorOf, startServer, startSharedServer, type TestServer } from './support/server.ts';

let shared: Awaited<ReturnType<typeof startSharedServer>>;
let server: TestServer;
let reader: string;
beforeAll(async () => {
  shared = await startSharedServer({ publicUrls: [new URL('https://kici.example.com')] });
  server = shared.server;
  await set(server, 'production', 'TOKEN', 'hunter2');
  await set(server, 'production', 'OTHER', 'second');
  await server.call('secrets.set', {
    scope: 'production',
    key: 'BYTES',
    value: Buffer.from([0xff]).toString('base64'),
  });
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  ({ token: reader } = await server.call('tokens.create', { name: 'eso', role: 'reader', allEnvironments: true }));
  await server.call('policy.set', { plainReads: 'on' });
});
afterAll(() => shared.stop());

const at = (path: string): string => `${server.url}/api/v1/orgs/default/environments/production/values${path}`;
const ask = (path: string, headers: Record<string, string> = {}, token = reader) =>
  fetch(at(path), { headers: { authorization: `Bearer ${token}`, ...headers } });

describe('a reader', () => {
  it('is answered one key as plain JSON that no cache keeps', async () => {
    const answer = await ask('/TOKEN');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      key: 'TOKEN',
      value: 'hunter2',
      encoding: 'text',
      backend: 'internal',
      scope: 'production',
      version: '1',
    });
  });

  it('is answered the keys that it names as one object, and no others', async () => {
    expect(await (await ask('?keys=TOKEN,OTHER')).json()).toEqual({
      values: { TOKEN: 'hunter2', OTHER: 'second' },
      encoding: 'text',
    });
  });

  it('is answered all or nothing, with every name that is missing', async () => {
    const answer = await ask('?keys=TOKEN,OTHR,NEVER');
    expect(answer.status).toBe(404);
    const text = await answer.text();
    expect(text).toContain('OTHR (near it: OTHER), NEVER');
    expect(text).not.toContain('hunter2');
  });

  it('is told what is near for ten of the names that are missing, since each is a look at every name', async () => {
    const text = await (
      await ask(`?keys=${Array.from({ length: 100 }, (_, index) => `OTHER${index}`).join(',')}`)
    ).text();
    expect(text.match(/near it: OTHER/g)).toHaveLength(10);
  });

  it('is answered bytes as base64 alone', async () => {
    expect((await ask('/BYTES')).status).toBe(400);
    expect(await (await ask('/BYTES?encoding=base64')).json()).toMatchObject({ value: '/w==', encoding: 'base64' });
  });

  it('learns by the entity tag whether a value has changed', async () => {
    const etag = (await ask('/OTHER')).headers.get('etag') ?? '';
    const same = await ask('/OTHER', { 'if-none-match': etag });
    expect([same.status, await same.text()]).toEqual([304, '']);
    await set(server, 'production', 'OTHER', 'third');
    const changed = await ask('/OTHER', { 'if-none-match': `W/"x", ${etag}` });
    expect(changed.status).toBe(200);
    expect(await changed.json()).toMatchObject({ value: 'third' });
    await set(server, 'production', 'OTHER', 'second');
  });

  it('may do nothing else', async () => {
    const as = server.as(reader);
    expect(await codeOf(as('environments.list'))).toBe('permission_denied');
    expect(await codeOf(as('secrets.list', { scope: 'production' }))).toBe('permission_denied');
    expect(await codeOf(as('jobs.open', { environment: 'production' }))).toBe('permission_denied');
  });

  it('leaves a row with names for what it got and for what it asked for in vain', async () => {
    await ask('/TOKEN');
    await ask('/NEVER');
    const { rows } = await server.call('audit.list', { operation: 'values.get', limit: 2 });
    expect(rows).toMatchObject([
      {
        phase: 'read',
        result: 'not_found',
        subject: { key: 'NEVER', outcomes: [{ key: 'NEVER', status: 'not_found' }] },
      },
      { phase: 'read', subject: { key: 'TOKEN', outcomes: [{ status: 'found', scope: 'production', version: '1' }] } },
    ]);
    expect(rows[0]?.actor).toContain('eso');
    expect(JSON.stringify(rows) + server.log()).not.toContain('hunter2');
  });
});

describe('a token for readers', () => {
  const create = (more: object) => server.call('tokens.create', { name: 'r', role: 'reader', ...more });

  it('is issued for what is named, and for everything only where that is said', async () => {
    const error = await errorOf(create({}));
    expect([error.code, error.message, error.hint]).toEqual([
      'invalid_request',
      'environments: a reader has to name the environments or scopes that it reads',
      expect.stringContaining('--all-environments'),
    ]);
    expect(await codeOf(create({ allEnvironments: true, environments: ['production'] }))).toBe('invalid_request');
    for (const reach of [{ environments: ['production'] }, { scopes: ['production'] }, { allEnvironments: true }])
      expect(await create(reach)).toMatchObject({ role: 'reader' });
    // Other roles answer no values by themselves.
    expect(await server.call('tokens.create', { name: 'a', role: 'author' })).toMatchObject({ role: 'author' });
  });

  it('goes no further than the one that issues it, whatever it says', async () => {
    const reach = { name: 'n', role: 'admin' as const, environments: ['production'], scopes: ['production'] };
    const { token } = await server.call('tokens.create', reach);
    const wide = server.as(token)('tokens.create', { name: 'w', role: 'reader', allEnvironments: true });
    expect(await codeOf(wide)).toBe('permission_denied');
  });

  it('is one that authors, agents and auditors cannot issue, and neither read values themselves', async () => {
    for (const role of ['author', 'agent', 'auditor'] as const) {
      const { token } = await server.call('tokens.create', { name: role, role });
      expect((await ask('/TOKEN', {}, token)).status).toBe(403);
      const issued = server.as(token)('tokens.create', { name: 'r', role: 'reader', environments: ['production'] });
      expect(await codeOf(issued)).toBe('permission_denied');
    }
  });
});

describe('a narrowed reader', () => {
  it('is answered nothing of other environments', async () => {
    const { token } = await server.call('tokens.create', { name: 'n', role: 'reader', environments: ['staging'] });
    expect((await ask('/TOKEN', {}, token)).status).toBe(403);
  });

  it('is answered nothing that lies in other scopes, nor what it outranks', async () => {
    const narrow = await startServer();
    await set(narrow, 'high', 'KEY', 'winner');
    await set(narrow, 'low', 'KEY', 'loser');
    await narrow.call('environments.create', { name: 'e' });
    await narrow.call('bindings.add', { environment: 'e', scope: 'high', priority: 2 });
    await narrow.call('bindings.add', { environment: 'e', scope: 'low', priority: 1 });
    await narrow.call('policy.set', { plainReads: 'on' });
    const { token } = await narrow.call('tokens.create', { name: 'n', role: 'reader', scopes: ['low'] });
    const error = await errorOf(narrow.as(token)('values.get', { environment: 'e', key: 'KEY' }));
    expect(error.code).toBe('backend_unavailable');
    expect(error.message).not.toContain('loser');
    expect(JSON.stringify(error)).not.toMatch(/high|internal/);
    expect(error.message).not.toMatch(/high|internal/);
  });
});

describe('plain reads', () => {
  it('are off until an owner switches them on, and whoever asks before leaves a row', async () => {
    const fresh = await startServer();
    await set(fresh, 'production', 'TOKEN', 'hunter2');
    await fresh.call('environments.create', { name: 'production', bind: ['production'] });
    const { token } = await fresh.call('tokens.create', { name: 'eso', role: 'reader', allEnvironments: true });
    const { token: admin } = await fresh.call('tokens.create', { name: 'admin', role: 'admin' });
    const get = () => fresh.as(token)('values.get', { environment: 'production', key: 'TOKEN' });
    const error = await errorOf(get());
    expect([error.code, error.hint]).toEqual(['operation_disabled', expect.stringContaining('--plain-reads on')]);
    const { rows } = await fresh.call('audit.list', { operation: 'values.get', limit: 1 });
    expect(rows).toMatchObject([{ result: 'operation_disabled', subject: { refused: 'plain reads are off' } }]);
    expect(await codeOf(fresh.as(admin)('policy.set', { plainReads: 'on' }))).toBe('permission_denied');
    expect(await fresh.call('policy.set', { plainReads: 'on' })).toMatchObject({
      plainReads: 'on',
      plainReadsChange: { from: 'off', to: 'on' },
      changes: [],
    });
    expect(await get()).toMatchObject({ value: 'hunter2' });
    await fresh.call('policy.reset');
    expect(await codeOf(get())).toBe('operation_disabled');
  });

  it('change nothing in an outage: a higher place that cannot be read is not replaced', async () => {
    const fresh = await startServer();
    const { address, service } = newService({ 'apps KEY': 'high' });
    await add(fresh, 'corp', address);
    await set(fresh, 'low', 'KEY', 'low');
    await fresh.call('environments.create', { name: 'e' });
    await fresh.call('bindings.add', { environment: 'e', scope: 'corp:apps', priority: 2 });
    await fresh.call('bindings.add', { environment: 'e', scope: 'low', priority: 1 });
    await fresh.call('policy.set', { plainReads: 'on' });
    const { token } = await fresh.call('tokens.create', { name: 'r', role: 'reader', allEnvironments: true });
    const get = () => fresh.as(token)('values.get', { environment: 'e', key: 'KEY' });
    expect(await get()).toMatchObject({ value: 'high', backend: 'corp' });
    service.password = 'another';
    expect(await codeOf(get())).toBe('backend_unavailable');
  });

  it.each<[string, string, (server: TestServer, token: string) => Promise<unknown>]>([
    ['the token is revoked', 'unauthenticated', (fresh, id) => fresh.call('tokens.revoke', { id })],
    ['they are switched off', 'operation_disabled', (fresh) => fresh.call('policy.set', { plainReads: 'off' })],
  ])('take the reads along that are under way when %s', async (_, code, end) => {
    const fresh = await startServer();
    const { address, service } = newService({ 'apps KEY': 'high' });
    await add(fresh, 'corp', address);
    await fresh.call('environments.create', { name: 'e', bind: ['corp:apps'] });
    await fresh.call('policy.set', { plainReads: 'on' });
    const { id, token } = await fresh.call('tokens.create', { name: 'r', role: 'reader', allEnvironments: true });
    const get = () => fresh.as(token)('values.get', { environment: 'e', key: 'KEY' });
    expect(await get()).toMatchObject({ value: 'high' });
    const { promise: ended, resolve: release } = Promise.withResolvers<undefined>();
    const request = service.request.bind(service);
    service.request = async (signal, answer) => {
      const result = await request(signal, answer);
      await ended;
      return result;
    };
    const asked = service.requests;
    const reading = codeOf(get());
    await expect.poll(() => service.requests).toBeGreaterThan(asked);
    await end(fresh, id);
    release(undefined);
    expect(await reading).toBe(code);
  });

  it('say how old a value is that a cache has answered', async () => {
    const fresh = await startServer();
    const { address } = newService({ 'apps KEY': 'high' });
    await add(fresh, 'corp', address, { cacheMaxAgeMs: 60_000 });
    await fresh.call('environments.create', { name: 'e', bind: ['corp:apps'] });
    await fresh.call('policy.set', { plainReads: 'on' });
    const { token } = await fresh.call('tokens.create', { name: 'r', role: 'reader', allEnvironments: true });
    const get = () => fresh.as(token)('values.get', { environment: 'e', key: 'KEY' });
    expect(await get()).not.toHaveProperty('ageMs');
    expect(await get()).toMatchObject({ value: 'high', ageMs: expect.any(Number) });
  });

  it.each([
    ['a name of the network', 'host: kici.internal', [421]],
    ['the URL of a proxy that ends TLS', 'host: kici.example.com', [200]],
    ['the same, where the proxy was asked in the clear', 'host: kici.example.com\r\nx-forwarded-proto: http', [421]],
    ['this machine', 'host: localhost', [200]],
  ])('are answered or refused at %s', async (_, host, [status]) => {
    const path = '/api/v1/orgs/default/environments/production/values/TOKEN';
    const lines = [`GET ${path} HTTP/1.1`, host, `authorization: Bearer ${reader}`];
    const answer = await send(server.url, lines);
    expect(answer.status).toBe(status);
    expect(answer.text.includes('hunter2')).toBe(status === 200);
  });

  it('are refused on a network address, before the token is looked at', async () => {
    const open = await startServer({ settings: { host: '0.0.0.0', publicUrls: [new URL('http://kici.internal')] } });
    const url = open.url.replace('0.0.0.0', '127.0.0.1');
    const answer = await send(url, [
      'GET /api/v1/orgs/default/environments/e/values/K HTTP/1.1',
      'host: kici.internal',
    ]);
    expect([answer.status, answer.text]).toEqual([421, expect.stringContaining('over TLS or on this machine')]);
  });

  it('never leave out a name that no object can have: it is refused among others, and answered alone', async () => {
    await server.call('secrets.set', { scope: 'production', key: '__proto__', value: base64('odd') });
    expect((await ask('?keys=__proto__,TOKEN')).status).toBe(400);
    expect(await (await ask('/__proto__')).json()).toMatchObject({ key: '__proto__', value: 'odd' });
  });
});
