import { describe, expect, it } from 'vitest';
import { base64, codeOf, errorOf, startServer, type TestServer } from './support/server.ts';
import { newService, ref } from './support/places.ts';

const set = ({ call }: TestServer, scope: string, key: string) =>
  call('secrets.set', { scope, key, value: base64('v') });
const add = ({ call }: TestServer, name: string, address: string, more: object = {}) =>
  call('backends.add', {
    name,
    type: 'memory',
    settings: { address },
    secretSettings: { password: base64('right') },
    ...more,
  });

async function federated(): Promise<TestServer & { readonly corp: ReturnType<typeof newService> }> {
  const server = await startServer();
  const corp = newService({
    'apps/shop DB_PASSWORD': 'corp',
    'apps/shop API_KEY': 'corp',
    'apps/shop not-a.key!': 'corp',
  });
  await add(server, 'corp', corp.address);
  await set(server, 'production', 'DB_PASSWORD');
  await set(server, 'shared', 'DB_PASSWORD');
  await server.call('environments.create', { name: 'production', bind: ['production', 'shared'] });
  await server.call('bindings.add', { environment: 'production', scope: 'corp:apps/**', priority: 10 });
  return { ...server, corp };
}

describe('the catalogue of an environment', () => {
  it('has each key with the backend and scope that win', async () => {
    const { call } = await federated();
    expect((await call('resolution.catalogue', { environment: 'production' })).secrets).toEqual([
      { key: 'API_KEY', backend: 'corp', scope: 'apps/shop', version: expect.any(String), status: 'available' },
      { key: 'DB_PASSWORD', backend: 'corp', scope: 'apps/shop', version: expect.any(String), status: 'available' },
    ]);
  });

  it('of an environment that binds nothing is empty (law 4)', async () => {
    const { call } = await startServer();
    await call('environments.create', { name: 'bare' });
    expect((await call('resolution.catalogue', { environment: 'bare' })).secrets).toEqual([]);
  });

  it('depends on the agent that it is asked for', async () => {
    const server = await startServer();
    await set(server, 'hosts/build-7', 'KEY');
    await server.call('environments.create', { name: 'e' });
    await server.call('bindings.add', { environment: 'e', scope: 'hosts/${host}' });
    const keysOn = async (facts: object): Promise<string[]> =>
      (await server.call('resolution.catalogue', { environment: 'e', ...facts })).secrets.map(({ key }) => key);
    expect(await keysOn({})).toEqual([]);
    expect(await keysOn({ host: 'build-7' })).toEqual(['KEY']);
    expect(await keysOn({ host: '../hosts/build-7' })).toEqual([]);
  });

  it('never falls to the next scope while the best one gets another name (law 2)', async () => {
    const server = await startServer();
    const { call } = server;
    const scopes = Array.from({ length: 40 }, (_, index) => `team-${10 + index}`);
    await set(server, 'team-49', 'TOKEN');
    await set(server, 'shared', 'TOKEN');
    await call('environments.create', { name: 'e', bind: ['shared'] });
    for (const scope of scopes) await call('bindings.add', { environment: 'e', scope, priority: 10 });
    const state = { isOver: false };
    const renaming = (async () => {
      for (let [from, to] = ['team-49', 'team-10']; !state.isOver; [from, to] = [to, from])
        await call('scopes.rename', { from, to });
    })();
    const winners = new Set<string | undefined>();
    for (let count = 0; count < 100; count += 1)
      winners.add((await call('resolution.catalogue', { environment: 'e' })).secrets[0]?.scope);
    state.isOver = true;
    await renaming;
    expect(['team-10', 'team-49']).toEqual(expect.arrayContaining([...winners]));
  });

  it('follows a binding at once', async () => {
    const server = await federated();
    const binding = (await server.call('environments.show', { environment: 'production' })).bindings.find(
      ({ scope }) => scope === 'production',
    );
    await server.call('bindings.update', { environment: 'production', id: binding?.id ?? '', priority: 20 });
    expect((await server.call('resolution.catalogue', { environment: 'production' })).secrets).toMatchObject([
      { key: 'API_KEY', backend: 'corp' },
      { key: 'DB_PASSWORD', backend: 'internal', scope: 'production' },
    ]);
  });
});

describe('explain', () => {
  it('names the winner, every loser and the rule between them (law 3)', async () => {
    const { call } = await federated();
    const { status, candidates, backends } = await call('resolution.explain', {
      environment: 'production',
      key: 'DB_PASSWORD',
    });
    expect(status).toBe('available');
    expect(candidates.map(({ backend, scope, rule, binding }) => [backend, scope, rule, binding])).toEqual([
      ['corp', 'apps/shop', '', 'corp:apps/**'],
      ['internal', 'production', 'higher priority', 'internal:production'],
      ['internal', 'shared', 'scope path', 'internal:shared'],
    ]);
    expect(backends).toMatchObject([
      { backend: 'corp', state: 'answered', breaker: 'closed', ageMs: expect.any(Number) },
      { backend: 'internal', state: 'answered' },
    ]);
  });

  it('tells that a key is nowhere', async () => {
    const { call } = await federated();
    expect(await call('resolution.explain', { environment: 'production', key: 'toString' })).toMatchObject({
      status: 'not_found',
      candidates: [],
      blockedBy: [],
      near: [],
    });
  });

  it('shows what a mistyped key may have meant, as far as the token sees', async () => {
    const server = await federated();
    const mistyped = { environment: 'production', key: 'DB_PASWORD' };
    expect(await server.call('resolution.explain', mistyped)).toMatchObject({
      status: 'not_found',
      near: ['DB_PASSWORD'],
    });
    const { token } = await server.call('tokens.create', { name: 'narrow', role: 'author', scopes: ['elsewhere'] });
    expect(await server.as(token)('resolution.explain', mistyped)).toMatchObject({ status: 'not_found', near: [] });
  });

  it('tells what an outage takes away, and never another winner (law 2)', async () => {
    const server = await federated();
    server.corp.service.password = 'changed';
    await server.call('backends.test', { name: 'corp' });
    const explained = await server.call('resolution.explain', { environment: 'production', key: 'DB_PASSWORD' });
    expect(explained).toMatchObject({
      status: 'unavailable',
      blockedBy: [{ backend: 'corp', binding: 'corp:apps/**', code: 'unauthenticated' }],
    });
    expect(explained.backends).toContainEqual(
      expect.objectContaining({ backend: 'corp', state: 'failed', code: 'unauthenticated' }),
    );
  });

  it('tells what a lagging list cannot show', async () => {
    const server = await startServer();
    const { address } = newService({ 'apps K': 'v' });
    await add(server, 'slow', address, { settings: { address, consistency: 'eventual' } });
    await server.call('environments.create', { name: 'e', bind: ['slow:apps', 'slow:more/**'] });
    const { limits } = await server.call('resolution.explain', { environment: 'e', key: 'K' });
    expect(limits.join('\n')).toMatch(/apps is asked by name/);
    expect(limits.join('\n')).toMatch(/under more\/\*\* may be missing/);
  });
});

describe('check', () => {
  it('finds nothing wrong where nothing is', async () => {
    const server = await startServer();
    await set(server, 'production', 'A');
    await server.call('environments.create', { name: 'production', bind: ['production'] });
    expect(await server.call('resolution.check', { environment: 'production' })).toEqual({ keys: 1, problems: [] });
  });

  it('lists what would fail and what is suspicious, the worst first', async () => {
    const server = await federated();
    await server.call('secrets.declare', { scope: 'production', key: 'LATER' });
    await server.call('bindings.add', { environment: 'production', scope: 'nothing/here' });
    const slow = newService({ 'x K': 'v' });
    await add(server, 'slow', slow.address, {
      optional: true,
      settings: { address: slow.address, consistency: 'eventual' },
    });
    await server.call('bindings.add', { environment: 'production', scope: 'slow:**', priority: -1 });
    const { keys, problems } = await server.call('resolution.check', { environment: 'production' });
    expect(keys).toBe(4);
    expect(problems.map(({ kind, severity, subject }) => [kind, severity, subject])).toEqual([
      ['key_unset', 'error', 'LATER'],
      ['not_bindable', 'warning', 'corp:apps/shop not-a.key!'],
      ['listing_lag', 'warning', 'slow:**'],
      ['binding_empty', 'warning', 'internal:nothing/here'],
    ]);
    for (const { hint } of problems) expect(hint).not.toBe('');
  });

  it('tells required backends that do not answer from optional ones', async () => {
    const server = await federated();
    server.corp.service.password = 'changed';
    await server.call('backends.test', { name: 'corp' });
    const check = async (): Promise<string[]> =>
      (await server.call('resolution.check', { environment: 'production' })).problems.map(
        ({ kind, severity, message, keys }) => `${severity} ${kind} ${keys?.join(' ')}: ${message}`,
      );
    expect(await check()).toEqual([
      expect.stringMatching(/^error backend_failed DB_PASSWORD: .*\[unauthenticated\].*no job can start$/),
    ]);
    await server.call('backends.update', { name: 'corp', optional: true });
    expect(await check()).toEqual([
      expect.stringMatching(/^error backend_failed DB_PASSWORD: .*keys that it could supply are unavailable/),
    ]);
  });

  it('tells of a folder that may not be listed', async () => {
    const server = await federated();
    server.corp.service.deniedLists.add(ref('apps/hidden K').scope);
    await server.call('backends.test', { name: 'corp' });
    expect((await server.call('resolution.check', { environment: 'production' })).problems).toContainEqual(
      expect.objectContaining({ kind: 'backend_failed', severity: 'error', subject: 'corp:apps/hidden' }),
    );
  });

  it('tells of an environment that binds nothing', async () => {
    const { call } = await startServer();
    await call('environments.create', { name: 'bare' });
    expect((await call('resolution.check', { environment: 'bare' })).problems).toMatchObject([
      { kind: 'binding_empty', hint: expect.stringContaining('kici-admin environment bind bare') },
    ]);
    expect(await codeOf(call('resolution.check', { environment: 'nowhere' }))).toBe('not_found');
  });
});

describe('a token that is narrowed to scopes', () => {
  it('sees only what lies within them, and hears of no outsider', async () => {
    const server = await federated();
    const { token } = await server.call('tokens.create', {
      name: 'narrow',
      role: 'author',
      scopes: ['shared', 'production'],
    });
    const call = server.as(token);
    expect((await call('resolution.catalogue', { environment: 'production' })).secrets).toEqual([]);
    const error = await errorOf(call('resolution.explain', { environment: 'production', key: 'DB_PASSWORD' }));
    expect(error.code).toBe('permission_denied');
    expect(error.message).not.toContain('corp');
    expect(JSON.stringify(await call('resolution.check', { environment: 'production' }))).not.toContain('not-a.key');
  });
});
