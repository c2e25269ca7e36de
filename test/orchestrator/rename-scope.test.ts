import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../src/api/roles.ts';
import { add, open, set } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { codeOf, errorOf, startServer, type Calls, type TestServer } from './support/server.ts';

let server: TestServer;
let call: Calls;

beforeEach(async () => {
  server = await startServer();
  ({ call } = server);
  await set(server, 'apps/shop', 'TOKEN', 'of the shop');
  await set(server, 'low', 'TOKEN', 'of low');
  await call('environments.create', { name: 'production', bind: ['low'] });
});

const bind = async (scope: string, environment = 'production', more: object = {}): Promise<string> =>
  (await call('bindings.add', { environment, scope, priority: 10, ...more })).id;
const boundTo = async (environment: string): Promise<readonly string[]> =>
  (await call('environments.show', { environment })).bindings.map(({ scope }) => scope);
const names = { from: 'apps/shop', to: 'apps/store' };
const as = async (role: Role, narrowing: object): Promise<Calls> =>
  server.as((await call('tokens.create', { name: role, role, ...narrowing })).token);

describe('a scope that is renamed', () => {
  it('takes the bindings that name it along, so that every job goes on with the same value', async () => {
    const id = await bind('apps/shop', 'production', { map: { TOKEN: 'SHOP_TOKEN' } });
    const plain = await bind('internal:apps/shop');
    await call('environments.create', { name: 'staging', bind: ['apps/shop'] });
    expect(await call('scopes.rename', names)).toMatchObject({
      scope: 'internal:apps/store',
      moved: [
        { environment: 'production', id, scope: 'apps/store' },
        { environment: 'production', id: plain, scope: 'internal:apps/store' },
        { environment: 'staging', scope: 'apps/store' },
      ],
      kept: [],
      unmatched: [],
    });
    expect(await boundTo('production')).toEqual(['low', 'apps/store', 'internal:apps/store']);
    const job = await open(server, 'production');
    expect([await job.value('TOKEN'), await job.value('SHOP_TOKEN')]).toEqual(['of the shop', 'of the shop']);
    expect(await (await open(server, 'staging')).value('TOKEN')).toBe('of the shop');
    const { rows } = await call('audit.list', { operation: 'scopes.rename' });
    expect(rows[0]?.subject['movedBindings']).toContain(id);
  });

  const fates: readonly (readonly [string, 'moved' | 'unmatched' | 'neither'])[] = [
    ['apps/shop', 'moved'],
    ['internal:apps/shop', 'moved'],
    ['apps/sh*', 'unmatched'],
    ['apps/shop/**', 'unmatched'],
    ['[a]pps/shop', 'unmatched'],
    ['*:apps/shop', 'unmatched'],
    ['apps/${label:app}', 'unmatched'],
    ['apps/sh${label:end}', 'unmatched'],
    ['${label:team}/${label:app}', 'unmatched'],
    ['${label:team}/*', 'neither'],
    ['other/${label:app}', 'neither'],
    ['apps/**', 'neither'],
    ['**', 'neither'],
    ['apps/shop/deep', 'neither'],
    ['apps', 'neither'],
    ['apps/store', 'neither'],
    ['corp:apps/shop', 'neither'],
    ['corp:**', 'neither'],
  ];

  it('moves the bindings that name it, and tells of the patterns that select its old name alone', async () => {
    await add(server, 'corp', newService().address);
    for (const [pattern] of fates) await bind(pattern);
    const rehearsed = await call('scopes.rename', { ...names, dryRun: true });
    const { moved, kept, unmatched } = await call('scopes.rename', names);
    expect(moved.map(({ scope }) => scope)).toEqual(['apps/store', 'internal:apps/store']);
    expect(unmatched.map(({ scope }) => scope).toSorted()).toEqual(
      fates.flatMap(([pattern, fate]) => (fate === 'unmatched' ? [pattern] : [])).toSorted(),
    );
    expect(kept).toEqual([]);
    expect(rehearsed).toMatchObject({ moved, kept, unmatched });
  });

  it('leaves its bindings alone if it is told to, and names them', async () => {
    const id = await bind('apps/shop');
    expect(await call('scopes.rename', { ...names, keepBindings: true })).toMatchObject({
      moved: [],
      kept: [{ environment: 'production', id, scope: 'apps/shop' }],
    });
    expect(await boundTo('production')).toEqual(['low', 'apps/shop']);
  });

  it('changes nothing in a rehearsal, which refuses what the rename would refuse', async () => {
    await bind('apps/shop');
    await call('scopes.rename', { ...names, dryRun: true });
    expect(await boundTo('production')).toEqual(['low', 'apps/shop']);
    expect((await call('scopes.list')).scopes).toEqual(['internal:apps/shop', 'internal:low']);
    expect(await (await open(server, 'production')).value('TOKEN')).toBe('of the shop');
    expect(await codeOf(call('scopes.rename', { from: 'apps/shop', to: 'low', dryRun: true }))).toBe('conflict');
    expect(await codeOf(call('scopes.rename', { from: 'none', to: 'new', dryRun: true }))).toBe('not_found');
  });

  it('stays where it is when a binding cannot be moved, and so do all bindings', async () => {
    await bind('apps/shop');
    await call('environments.create', { name: 'staging', bind: ['apps/shop'] });
    server.tamper("update bindings set priority = 99 where environment = 'staging'");
    expect(await codeOf(call('scopes.rename', names))).toBe('tampered');
    expect((await call('scopes.list')).scopes).toEqual(['internal:apps/shop', 'internal:low']);
    expect(await boundTo('production')).toEqual(['low', 'apps/shop']);
    expect(await (await open(server, 'production')).value('TOKEN')).toBe('of the shop');
  });
});

describe('who may not change a binding', () => {
  const scopes = ['apps/**'];

  it.each([
    ['names no environments', { scopes }, ['production']],
    ['is narrowed to another environment', { scopes, environments: ['other'] }, []],
    ['is narrowed to one of two', { scopes, environments: ['staging'] }, []],
  ])('renames no scope that one names, with a token that %s, and hears which', async (_, narrowing, named) => {
    const id = await bind('apps/shop');
    await call('environments.create', { name: 'staging', bind: ['apps/shop'] });
    const narrowed = await as('admin', narrowing);
    for (const dryRun of [true, false]) {
      const error = await errorOf(narrowed('scopes.rename', { ...names, dryRun }));
      expect(error.code).toBe('permission_denied');
      expect(error.message.includes(id)).toBe(named.length > 0);
      expect(error.message.includes('production')).toBe(named.length > 0);
      if (named.length === 0) expect(error.message).toMatch(/[12] bindings? that it may not see/);
    }
    expect((await call('scopes.list')).scopes).toContain('internal:apps/shop');
    expect(await boundTo('production')).toEqual(['low', 'apps/shop']);
    expect(await narrowed('scopes.rename', { ...names, keepBindings: true })).toMatchObject({ moved: [] });
  });

  it('renames what only its own environments bind', async () => {
    await call('environments.create', { name: 'mine', bind: ['apps/shop'] });
    const narrowed = await as('admin', { scopes, environments: ['mine'] });
    expect((await narrowed('scopes.rename', names)).moved).toMatchObject([{ environment: 'mine' }]);
    expect(await boundTo('mine')).toEqual(['apps/store']);
  });

  it('hears nothing of patterns beyond its own', async () => {
    await call('environments.create', { name: 'hidden', bind: ['apps/sh*'] });
    const narrowed = await as('admin', { scopes, environments: ['mine'] });
    expect((await narrowed('scopes.rename', names)).unmatched).toEqual([]);
  });
});

describe('a scope of another backend', () => {
  beforeEach(async () => {
    await add(server, 'corp', newService().address);
    await call('secrets.set', { scope: 'corp:apps/shop', key: 'TOKEN', value: 'dg==' });
  });
  const elsewhere = { from: 'corp:apps/shop', to: 'corp:apps/store' };

  it('is not renamed under the bindings that name it, as another value would win meanwhile', async () => {
    const id = await bind('corp:apps/shop');
    for (const dryRun of [true, false]) {
      const error = await errorOf(call('scopes.rename', { ...elsewhere, dryRun }));
      expect([error.code, error.message.includes(id)]).toEqual(['conflict', true]);
    }
    expect((await call('scopes.list', { backend: 'corp' })).scopes).toEqual(['corp:apps/shop']);
    expect((await call('scopes.rename', { ...elsewhere, keepBindings: true })).kept).toMatchObject([{ id }]);
    expect((await call('scopes.list', { backend: 'corp' })).scopes).toEqual(['corp:apps/store']);
  });

  it('can be rehearsed', async () => {
    expect(await call('scopes.rename', { ...elsewhere, dryRun: true })).toMatchObject({ scope: 'corp:apps/store' });
    expect(await codeOf(call('scopes.rename', { from: 'corp:none', to: 'corp:new', dryRun: true }))).toBe('not_found');
    expect((await call('scopes.list', { backend: 'corp' })).scopes).toEqual(['corp:apps/shop']);
  });
});
