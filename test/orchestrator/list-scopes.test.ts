import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { concerns } from '../../src/orchestrator/secrets/scope-rows.ts';
import { add } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { codeOf, startServer, type TestServer } from './support/server.ts';

const sixteen = Array.from({ length: 16 }, (_, at) => `apps/shop/service-${String(at).padStart(2, '0')}`);

async function withScopes(): Promise<TestServer> {
  const server = await startServer();
  for (const scope of [...sixteen, 'apps/shop', 'apps/shopping', 'apps/SHOP-tests/unit', 'production'])
    await server.call('scopes.create', { scope });
  return server;
}

/** Without scopes of its own: they are parts of its secrets' names. */
const readOnly = ({ address }: { readonly address: string }) => ({ settings: { address, readOnly: true } });

describe('a list of scopes', () => {
  it('names a folder with more scopes than asked for by their number', async () => {
    const { call } = await withScopes();
    expect(await call('scopes.list', { collapse: 15 })).toEqual({
      scopes: ['internal:production'],
      folders: [{ folder: 'apps', scopes: 19 }],
      total: 2,
      unavailable: [],
    });
    expect(await call('scopes.list', { collapse: 15, folder: 'apps' })).toEqual({
      scopes: ['internal:apps/SHOP-tests/unit', 'internal:apps/shop', 'internal:apps/shopping'],
      folders: [{ folder: 'apps/shop', scopes: 16 }],
      total: 4,
      unavailable: [],
    });
    const { scopes, folders } = await call('scopes.list', { collapse: 16, folder: 'apps' });
    expect([scopes.length, folders]).toEqual([19, []]);
    expect((await call('scopes.list', {})).scopes).toHaveLength(20);
  });

  it('says how many there are beyond its limit', async () => {
    const { call } = await withScopes();
    const { scopes, total } = await call('scopes.list', { folder: 'apps/shop', limit: 3 });
    expect([scopes, total]).toEqual([sixteen.slice(0, 3).map((scope) => `internal:${scope}`), 16]);
    expect((await call('scopes.list', { collapse: 15, folder: 'apps', limit: 1 })).total).toBe(4);
  });

  it('finds a part of a scope in any case, its backend included', async () => {
    const { call } = await withScopes();
    const found = async (input: Record<string, unknown>): Promise<readonly string[]> =>
      (await call('scopes.list', input)).scopes;
    expect(await found({ text: 'Shop-T' })).toEqual(['internal:apps/SHOP-tests/unit']);
    expect(await found({ text: ' unit SHOP ' })).toEqual(['internal:apps/SHOP-tests/unit']);
    expect(await found({ text: 'unit nowhere' })).toEqual([]);
    expect(await found({ text: 'internal:prod' })).toEqual(['internal:production']);
    expect(await found({ text: 'shop', folder: 'production' })).toEqual([]);
    expect(await codeOf(call('scopes.list', { folder: '/apps' }))).toBe('invalid_request');
  });

  it('counts for a narrowed token what it may see', async () => {
    const { call, as } = await withScopes();
    const { token } = await call('tokens.create', { name: 'narrow', role: 'admin', scopes: ['apps/shop/*-0*'] });
    const seen = await as(token)('scopes.list', { collapse: 1 });
    expect(seen).toMatchObject({ scopes: [], folders: [{ folder: 'apps', scopes: 10 }], total: 1 });
  });

  it('of a remote backend takes what was listed a moment ago where that will do, and nothing of one that fails', async () => {
    const server = await startServer();
    const corp = newService({ 'apps/shop K': 'v', 'apps/shop/web K': 'v', 'other K': 'v' });
    await add(server, 'corp', corp.address, readOnly(corp));
    const backend = 'corp';
    const list = async (input: Record<string, unknown>) => server.call('scopes.list', { backend, ...input });
    expect((await list({ cached: 'true' })).scopes).toEqual(['corp:apps/shop', 'corp:apps/shop/web', 'corp:other']);
    corp.service.put(ref('apps/shop/new K'), SecretValue.fromText('v'));
    expect((await list({ cached: 'true', folder: 'apps/shop' })).scopes).toEqual(['corp:apps/shop/web']);
    expect((await list({ folder: 'apps/shop' })).scopes).toEqual(['corp:apps/shop/new', 'corp:apps/shop/web']);
    corp.service.fault = 'reset';
    corp.service.faultsLeft = Number.POSITIVE_INFINITY;
    expect(await codeOf(list({}))).toBe('backend_unavailable');
    expect(await codeOf(list({ cached: 'true' }))).toBe('backend_unavailable');
  });

  it('says what is not known where it may be missing', async () => {
    const server = await startServer();
    const corp = newService({ 'apps/hidden K': 'v', 'apps/shop/web K': 'v', 'other/one K': 'v' });
    await add(server, 'corp', corp.address, readOnly(corp));
    corp.service.deniedLists.add(ref('apps/hidden K').scope);
    const known: Record<string, unknown> = { backend: 'corp', cached: 'true' };
    const unknownIn = async (folder: string): Promise<unknown> =>
      (await server.call('scopes.list', { ...known, folder })).unavailable.map((one) => one.scopes);
    expect([await unknownIn('apps'), await unknownIn('apps/hidden/deep'), await unknownIn('other')]).toEqual([
      [['apps/hidden']],
      [['apps/hidden']],
      [],
    ]);
  });

  it('of a scope that alone is not known says so where it may be missing, and not below it', () => {
    const { scope } = ref('apps/shop K');
    const folders = [undefined, 'apps', 'apps/shop', 'apps/shop/web', 'app'];
    const told = (part: { readonly depth?: 'scope' | 'tree' }) =>
      folders.map((folder) => concerns(folder, { scope, ...part }));
    expect(told({ depth: 'scope' })).toEqual([true, true, false, false, false]);
    expect(told({ depth: 'tree' })).toEqual([true, true, true, true, false]);
    expect(told({})).toEqual(told({ depth: 'tree' }));
  });

  it('has the row that a scope is in, however many there are before it', async () => {
    const { call } = await withScopes();
    const rows = async (input: Record<string, unknown>): Promise<unknown> => {
      const { scopes, folders, total } = await call('scopes.list', { collapse: 15, limit: 1, ...input });
      return [scopes, folders.map(({ folder }) => folder), total];
    };
    expect(await rows({ holding: 'production' })).toEqual([['internal:production'], [], 1]);
    expect(await rows({ holding: 'apps/shop/service-07' })).toEqual([[], ['apps'], 1]);
    expect(await rows({ folder: 'apps', holding: 'apps/shop/service-07', limit: 9 })).toEqual([
      ['internal:apps/shop'],
      ['apps/shop'],
      2,
    ]);
    expect(await rows({ folder: 'apps/shop', holding: 'apps/shop/service-07' })).toEqual([
      ['internal:apps/shop/service-07'],
      [],
      1,
    ]);
    expect(await rows({ holding: 'apps/shopper' })).toEqual([[], ['apps'], 1]);
    expect(await rows({ folder: 'apps', holding: 'apps/shopper' })).toEqual([[], [], 0]);
    expect(await rows({ folder: 'apps', holding: 'production' })).toEqual([[], [], 0]);
  });
});
