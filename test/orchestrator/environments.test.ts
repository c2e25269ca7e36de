import { describe, expect, it } from 'vitest';
import { codeOf, errorOf, startServer, type TestServer } from './support/server.ts';

async function withProduction(): Promise<TestServer> {
  const server = await startServer();
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  return server;
}

describe('environments', () => {
  it('are created with bindings, listed with their number, shown and deleted with all that belongs to them', async () => {
    const { call } = await withProduction();
    await call('variables.set', { environment: 'production', name: 'REGION', value: 'eu' });
    expect((await call('environments.list')).environments).toMatchObject([{ name: 'production', bindings: 1 }]);
    expect((await call('environments.show', { environment: 'production' })).bindings).toMatchObject([
      { scope: 'production', host: '**', priority: 0 },
    ]);
    await call('environments.delete', { environment: 'production' });
    expect((await call('environments.list')).environments).toEqual([]);
    await call('environments.create', { name: 'production' });
    expect((await call('environments.show', { environment: 'production' })).bindings).toEqual([]);
    expect((await call('variables.list', { environment: 'production' })).variables).toEqual([]);
  });

  it('are listed by a scope that their bindings select, whatever placeholders these have', async () => {
    const { call } = await withProduction();
    await call('environments.create', { name: 'staging', bind: ['apps/**', 'apps/web', 'other'] });
    await call('environments.create', { name: 'fleet', bind: ['hosts/${host}', '*:shared'] });
    const bound = async (scope: string) =>
      (await call('environments.list', { scope })).environments.map(({ name, bindings }) => [name, bindings]);
    expect(await bound('production')).toEqual([['production', 1]]);
    expect(await bound('internal:apps/web')).toEqual([['staging', 2]]);
    expect(await bound('hosts/of-one')).toEqual([['fleet', 1]]);
    expect(await bound('hosts')).toEqual([]);
    expect(await bound('other-backend:shared')).toEqual([['fleet', 1]]);
    expect(await codeOf(call('environments.list', { scope: 'a/../b' }))).toBe('invalid_request');
  });

  it('exist once', async () => {
    const { call } = await withProduction();
    expect(await codeOf(call('environments.create', { name: 'production' }))).toBe('conflict');
  });

  it('are made with all their bindings or not at all', async () => {
    const { call } = await startServer();
    expect(await codeOf(call('environments.create', { name: 'staging', bind: ['fine', 'not//fine'] }))).toBe(
      'invalid_request',
    );
    expect(await codeOf(call('environments.show', { environment: 'staging' }))).toBe('not_found');
  });

  it('are looked up by name alone, never by what every object has', async () => {
    const { call } = await startServer();
    expect(await codeOf(call('environments.show', { environment: 'constructor' }))).toBe('not_found');
    await call('environments.create', { name: 'constructor' });
    expect((await call('environments.show', { environment: 'constructor' })).name).toBe('constructor');
  });
});

describe('bindings', () => {
  it('are added with everything that they can have', async () => {
    const { call } = await withProduction();
    const mapped = await call('bindings.add', {
      environment: 'production',
      scope: 'shop/db',
      host: 'build-*',
      priority: 10,
      map: { password: 'DB_PASSWORD' },
    });
    expect(mapped).toMatchObject({ scope: 'shop/db', host: 'build-*', priority: 10, map: { password: 'DB_PASSWORD' } });
    const prefixed = await call('bindings.add', { environment: 'production', scope: '*:shared/**', prefix: 'SHARED_' });
    expect((await call('environments.show', { environment: 'production' })).bindings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([mapped.id, prefixed.id]),
    );
  });

  it('change only in what is given, and a map takes the place of a prefix', async () => {
    const { call } = await withProduction();
    const { id } = await call('bindings.add', {
      environment: 'production',
      scope: 'shop',
      prefix: 'SHOP_',
      priority: 3,
    });
    expect(await call('bindings.update', { environment: 'production', id, priority: 5 })).toEqual({
      id,
      scope: 'shop',
      host: '**',
      priority: 5,
      prefix: 'SHOP_',
      skipDeleted: false,
      version: expect.any(String),
    });
    expect(await call('bindings.update', { environment: 'production', id, map: { a: 'B' } })).toEqual({
      id,
      scope: 'shop',
      host: '**',
      priority: 5,
      map: { a: 'B' },
      skipDeleted: false,
      version: expect.any(String),
    });
    const { prefix, map } = await call('bindings.update', { environment: 'production', id, prefix: '' });
    expect({ prefix, map }).toEqual({});
  });

  it('are removed', async () => {
    const { call } = await withProduction();
    const { id } = await call('bindings.add', { environment: 'production', scope: 'shop' });
    await call('bindings.remove', { environment: 'production', id });
    expect(await codeOf(call('bindings.remove', { environment: 'production', id }))).toBe('not_found');
  });

  it('belong to their environment', async () => {
    const { call } = await withProduction();
    await call('environments.create', { name: 'staging' });
    const { id } = await call('bindings.add', { environment: 'production', scope: 'shop' });
    expect(await codeOf(call('bindings.update', { environment: 'staging', id, priority: 1 }))).toBe('not_found');
    expect(await codeOf(call('bindings.remove', { environment: 'staging', id }))).toBe('not_found');
  });

  it.each([
    [{ scope: 'a//b' }, 'empty segment'],
    [{ scope: '../up' }, '".."'],
    [{ scope: 'corp vault:a' }, 'backend name'],
    [{ scope: '__system' }, 'system'],
    [{ scope: 'a/{b,c}' }, 'only A-Z'],
    [{ scope: 'a/(b|c)*' }, 'classes'],
    [{ scope: 'a', prefix: '1' }, 'prefix'],
    [{ scope: 'a', prefix: 'A_', map: { b: 'B' } }, 'not both'],
    [{ scope: 'a', map: {} }, 'at least one'],
    [{ scope: 'a', host: 'no hosts' }, 'host pattern'],
  ])('refuses %j and says why', async (binding, reason) => {
    const { call } = await withProduction();
    const error = await errorOf(call('bindings.add', { environment: 'production', ...binding }));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(reason);
    expect((await call('environments.show', { environment: 'production' })).bindings).toHaveLength(1);
  });

  it('name only backends that exist', async () => {
    const { call } = await withProduction();
    const error = await errorOf(call('bindings.add', { environment: 'production', scope: 'corp-vault:apps' }));
    expect(error.code).toBe('not_found');
    expect(error.hint).toContain('kici-admin backend add');
  });
});
