import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { refuse } from './support/beside.ts';
import { add } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { base64, codeOf, errorOf, startServer, type Calls } from './support/server.ts';

const set = (call: Calls, scope: string, key: string, value: string, more: object = {}) =>
  call('secrets.set', { scope, key, value: base64(value), ...more });

describe('secrets of the internal store', () => {
  it('are set, listed by name and deleted', async () => {
    const { call } = await startServer();
    expect(await set(call, 'production', 'DB_PASSWORD', 'hunter2')).toMatchObject({
      scope: 'internal:production',
      key: 'DB_PASSWORD',
      version: '1',
      bytes: 7,
    });
    const { secrets } = await call('secrets.list', { scope: 'internal:production' });
    expect(secrets).toMatchObject([{ scope: 'internal:production', key: 'DB_PASSWORD', version: '1', status: 'set' }]);
    expect(await call('secrets.delete', { scope: 'production', key: 'DB_PASSWORD' })).toEqual({
      existed: true,
      restorableUntil: expect.any(String),
    });
    expect((await call('secrets.list', { scope: 'production' })).secrets).toMatchObject([
      { key: 'DB_PASSWORD', status: 'deleted' },
    ]);
    expect(await call('secrets.delete', { scope: 'production', key: 'DB_PASSWORD' })).toEqual({ existed: false });
    await call('secrets.restore', { scope: 'production', key: 'DB_PASSWORD' });
    expect((await call('secrets.list', { scope: 'production' })).secrets).toMatchObject([{ status: 'set' }]);
  });

  it('are listed with the scopes below only when that is asked for', async () => {
    const { call } = await startServer();
    await set(call, 'shop', 'A', '1');
    await set(call, 'shop/db', 'B', '2');
    await set(call, 'shopping', 'C', '3');
    expect((await call('secrets.list', { scope: 'shop' })).secrets.map(({ key }) => key)).toEqual(['A']);
    expect((await call('secrets.list', { scope: 'shop', tree: true })).secrets.map(({ key }) => key)).toEqual([
      'A',
      'B',
    ]);
  });

  it('keep versions, and restore one as a new version', async () => {
    const { call } = await startServer();
    await set(call, 's', 'K', 'one');
    await set(call, 's', 'K', 'two');
    expect(
      (await call('secrets.versions', { scope: 's', key: 'K' })).versions.map(({ version, current }) => [
        version,
        current,
      ]),
    ).toEqual([
      ['2', true],
      ['1', false],
    ]);
    expect(await call('secrets.restore', { scope: 's', key: 'K', version: '1' })).toMatchObject({
      scope: 'internal:s',
      version: '3',
    });
    expect(await codeOf(call('secrets.restore', { scope: 's', key: 'K', version: '99' }))).toBe('not_found');
  });

  it('are compared before they are set, where that is asked for', async () => {
    const { call } = await startServer();
    await set(call, 's', 'K', 'one', { expectedVersion: null });
    expect(await codeOf(set(call, 's', 'K', 'two', { expectedVersion: null }))).toBe('conflict');
    expect(await codeOf(set(call, 's', 'K', 'two', { expectedVersion: '7' }))).toBe('conflict');
    expect((await set(call, 's', 'K', 'two', { expectedVersion: '1' })).version).toBe('2');
  });

  it('can be declared without a value, which takes none away', async () => {
    const { call } = await startServer();
    await call('secrets.declare', { scope: 's', key: 'LATER' });
    expect((await call('secrets.list', { scope: 's' })).secrets).toMatchObject([{ key: 'LATER', status: 'unset' }]);
    await set(call, 's', 'LATER', 'now');
    await call('secrets.declare', { scope: 's', key: 'LATER' });
    expect((await call('secrets.list', { scope: 's' })).secrets).toMatchObject([{ key: 'LATER', status: 'set' }]);
  });

  it('take 64 KiB and not one byte more', async () => {
    const { call } = await startServer();
    expect((await set(call, 's', 'BIG', 'x'.repeat(65_536))).bytes).toBe(65_536);
    const error = await errorOf(set(call, 's', 'BIG', 'x'.repeat(65_537)));
    expect(error.code).toBe('too_large');
    expect(error.message).toContain('65536');
    expect((await call('secrets.versions', { scope: 's', key: 'BIG' })).versions).toHaveLength(1);
  });

  it('take names that every object has, as names', async () => {
    const { call } = await startServer();
    for (const key of ['__proto__', 'constructor', 'toString']) await set(call, 'constructor', key, 'v');
    expect((await call('secrets.list', { scope: 'constructor' })).secrets.map(({ key }) => key)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });
});

describe('scopes', () => {
  it('are created empty, renamed with their secrets, and deleted with them', async () => {
    const { call } = await startServer();
    await call('scopes.create', { scope: 'old' });
    expect(await codeOf(call('scopes.create', { scope: 'old' }))).toBe('conflict');
    await set(call, 'old', 'K', 'v');
    expect(await call('scopes.rename', { from: 'old', to: 'new' })).toMatchObject({ scope: 'internal:new' });
    expect((await call('scopes.list')).scopes).toEqual(['internal:new']);
    expect((await call('secrets.list', { scope: 'new' })).secrets).toMatchObject([{ key: 'K', version: '1' }]);
    expect(await call('scopes.delete', { scope: 'new' })).toEqual({ deletedSecrets: 1 });
    expect(await codeOf(call('scopes.delete', { scope: 'new' }))).toBe('not_found');
  });
});

describe("the system's own scopes (law 1)", () => {
  it.each([
    ['secrets.set', { scope: '__system', key: 'K', value: 'eA==' }],
    ['secrets.declare', { scope: '__system/a', key: 'K' }],
    ['secrets.list', { scope: '__system' }],
    ['secrets.list', { scope: '__system', tree: true }],
    ['secrets.delete', { scope: 'internal:__system', key: 'K' }],
    ['secrets.versions', { scope: '__system', key: 'K' }],
    ['secrets.restore', { scope: '__system', key: 'K', version: '1' }],
    ['scopes.create', { scope: '__system' }],
    ['scopes.rename', { from: '__system', to: 'mine' }],
    ['scopes.rename', { from: 'mine', to: '__system' }],
    ['scopes.delete', { scope: '__system' }],
  ] as const)('are refused by %s %j', async (id, input) => {
    const { call } = await startServer();
    await set(call, 'mine', 'K', 'v');
    const error = await errorOf(call(id, input));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain("system's own");
  });
});

describe('the list of a whole backend', () => {
  it('names every scope and key, what cannot be listed, and what belongs to no scope', async () => {
    const { address, service } = newService({ 'a K': 'v', 'b/deep K': 'v', 'shut/x K': 'v' });
    const server = await startServer();
    await add(server, 'corp', address);
    service.deniedLists.add(ref('shut/x K').scope);
    const state = service.touch(ref('a GONE')).versions;
    state.push({ version: 3, value: SecretValue.fromText('v'), createdAt: 0, state: 'disabled' });
    const { secrets, unavailable } = await server.call('secrets.list', { backend: 'corp' });
    expect(secrets).toMatchObject([
      { scope: 'corp:a', key: 'K', status: 'set' },
      { scope: 'corp:b/deep', key: 'K', status: 'set' },
      { scope: 'corp:a', key: 'GONE', status: 'unreadable', code: 'disabled' },
    ]);
    expect(unavailable).toMatchObject([
      { backend: 'corp', scopes: ['shut/x'], code: 'permission_denied', answered: false },
    ]);
    const { token } = await server.call('tokens.create', { name: 'n', role: 'admin', scopes: ['corp:b/**'] });
    const narrowed = await server.as(token)('secrets.list', { backend: 'corp' });
    expect(narrowed.secrets.map(({ scope }) => scope)).toEqual(['corp:b/deep']);
    expect(narrowed.unavailable).toEqual([]);
  });

  it('is of a scope or of a backend, and never of both or neither', async () => {
    const { call } = await startServer();
    for (const input of [{}, { scope: 'a', backend: 'internal' }, { backend: 'internal', tree: true }])
      expect(await codeOf(call('secrets.list', input))).toBe('invalid_request');
    expect(await codeOf(call('secrets.list', { backend: 'nowhere' }))).toBe('not_found');
  });
});

it('a change that was made and could not be noted for other orchestrators is not called undone, nor is it in the log', async () => {
  const { address, service } = newService({ 'a K': 'old' });
  const server = await startServer();
  await add(server, 'corp', address);
  const { make, drop } = refuse('update', 'backends');
  server.tamper(make);
  const error = await errorOf(set(server.call, 'corp:a', 'K', 'new'));
  server.tamper(drop);
  expect(service.touch(ref('a K')).versions.at(-1)?.value?.text()).toBe('new');
  expect(error).toMatchObject({
    code: 'database_unavailable',
    message: expect.stringContaining('the change was made'),
  });
  const { rows } = await server.call('audit.list', { operation: 'secrets.set' });
  expect(rows).toMatchObject([{ phase: 'outcome', result: 'database_unavailable' }, { phase: 'intent' }]);
  expect((await set(server.call, 'corp:a', 'K', 'newer')).version).toBe('3');
});
