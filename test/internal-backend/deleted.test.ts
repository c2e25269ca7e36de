import {
  BackendError,
  SecretValue,
  type ReadOutcome,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inTransaction } from '../../src/database/in-transaction.ts';
import { createStore, eraseExpired, organizationsWithExpired } from '../../backends/internal/index.ts';
import { context, createTestStore, keepDeletedMs, scope, type TestStore } from './support.ts';

const shop = scope('apps/shop');
const token = { scope: shop, key: 'TOKEN' };

async function create(): Promise<TestStore & { readonly later: SecretBackend }> {
  const created = await createTestStore();
  onTestFinished(created.dispose);
  const write = async (value: string): Promise<unknown> =>
    created.backend.write?.({ ...token, value: SecretValue.fromText(value) }, context());
  await write('one');
  await write('two');
  return { ...created, later: await created.backendOf('default', () => Date.now() + keepDeletedMs) };
}

async function read(backend: SecretBackend, ref: SecretRef = token): Promise<string> {
  const [outcome]: readonly (ReadOutcome | undefined)[] = await backend.read([ref], context());
  if (outcome?.status === 'found') return outcome.value.text() ?? 'not text';
  return outcome?.status === 'unknown' ? outcome.code : 'absent';
}

async function names(backend: SecretBackend): Promise<unknown> {
  const found: unknown[] = [];
  for await (const { secrets } of backend.list({ depth: 'tree' }, context()))
    found.push(...secrets.map(({ key, problem }) => [key, problem]));
  return found;
}

const versions = async (backend: SecretBackend): Promise<unknown> =>
  (await backend.versions?.(token, context()))?.map(({ version, current }) => [version, current]);

describe('a deleted secret', () => {
  it('is deleted and not absent, in lists and reads, until its time is over', async () => {
    const { backend, later } = await create();
    const receipt = await backend.delete?.(token, context());
    expect(receipt).toEqual({ existed: true, restorableUntil: expect.any(String) });
    expect(Date.parse(receipt?.restorableUntil ?? '') - Date.now()).toBeGreaterThan(keepDeletedMs / 2);
    expect([await read(backend), await names(backend)]).toEqual(['deleted', [['TOKEN', 'deleted']]]);
    expect([await read(later), await names(later)]).toEqual(['absent', []]);
    expect(await backend.delete?.(token, context())).toEqual({ existed: false });
  });

  it('comes back by restore, as a new version', async () => {
    const { backend } = await create();
    await backend.delete?.(token, context());
    expect(await versions(backend)).toEqual([
      ['2', false],
      ['1', false],
    ]);
    expect(await backend.restore?.({ ...token, version: '2' }, context())).toMatchObject({ version: '3' });
    expect([await read(backend), await names(backend)]).toEqual(['two', [['TOKEN', undefined]]]);
  });

  it('cannot be restored later, though nobody has erased its values yet', async () => {
    const { backend, later } = await create();
    await backend.delete?.(token, context());
    expect(await versions(later)).toEqual([]);
    await expect(later.restore?.({ ...token, version: '2' }, context())).rejects.toMatchObject({ code: 'not_found' });
    expect(await read(later, { ...token, version: '2' })).toBe('absent');
  });

  it.each([
    ['written', (later: SecretBackend) => later.write?.({ ...token, value: SecretValue.fromText('n') }, context())],
    ['declared', (later: SecretBackend) => later.declare?.(token, context())],
    ['renamed', (later: SecretBackend) => later.scopes?.rename(shop, scope('apps/store'), context())],
  ])('does not come back when its name is %s later', async (how, revive) => {
    const { backend, later } = await create();
    await backend.delete?.(token, context());
    await revive(later);
    const place = how === 'renamed' ? { ...token, scope: scope('apps/store') } : token;
    const left = (await later.versions?.(place, context()))?.map(({ version }) => version);
    expect(left).toEqual(how === 'written' ? ['3'] : []);
    for (const version of ['1', '2']) {
      await expect(later.restore?.({ ...place, version }, context())).rejects.toMatchObject({ code: 'not_found' });
      expect(await read(later, { ...place, version })).toBe('absent');
    }
  });

  it('is erased once its time is over, with all others of its kind and nothing else', async () => {
    const { backend, later, database, keyring } = await create();
    const kept = { scope: shop, key: 'KEPT' };
    await backend.write?.({ ...kept, value: SecretValue.fromText('kept') }, context());
    await backend.delete?.(token, context());
    const erase = (now: () => number): Promise<number> =>
      eraseExpired(createStore(database, keyring, 'default', { now, keepDeletedMs, inTransaction }));
    const rows = async (): Promise<number> =>
      (await database.selectFrom('internal_versions').select('key').execute()).length;
    expect([await erase(Date.now), await rows()]).toEqual([0, 3]);
    expect([await erase(() => Date.now() + keepDeletedMs), await rows()]).toEqual([1, 1]);
    expect([await read(later), await read(later, kept)]).toEqual(['absent', 'kept']);
  });

  it('is erased however many there are, those left out that somebody has tampered with', async () => {
    const { backend, database, keyring } = await create();
    const keys = Array.from({ length: 250 }, (_, index) => `K${index}`);
    for (const key of keys) await backend.write?.({ scope: shop, key, value: SecretValue.fromText('v') }, context());
    await backend.scopes?.delete(shop, context());
    await database.updateTable('internal_secrets').set({ last_version: 9 }).where('key', 'like', 'K1%').execute();
    const times = { now: () => Date.now() + keepDeletedMs, keepDeletedMs };
    const tampered = keys.filter((key) => key.startsWith('K1')).length;
    expect(await organizationsWithExpired(database, times)).toEqual(['default']);
    expect(await eraseExpired(createStore(database, keyring, 'default', { ...times, inTransaction }))).toBe(
      251 - tampered,
    );
    expect(await eraseExpired(createStore(database, keyring, 'default', { ...times, inTransaction }))).toBe(0);
  });

  it('takes a new value, which check-and-set sees as the first', async () => {
    const { backend } = await create();
    await backend.delete?.(token, context());
    const write = (expectedVersion: string | null): Promise<unknown> | undefined =>
      backend.write?.({ ...token, value: SecretValue.fromText('new'), expectedVersion }, context());
    await expect(write('2')).rejects.toThrow(BackendError);
    expect(await write(null)).toMatchObject({ version: '3' });
    expect(await read(backend)).toBe('new');
  });

  it('moves with its scope, and leaves nothing at the old name', async () => {
    const { backend } = await create();
    await backend.delete?.(token, context());
    const store = scope('apps/store');
    await backend.scopes?.rename(shop, store, context());
    expect([await read(backend), await read(backend, { ...token, scope: store })]).toEqual(['absent', 'deleted']);
    await backend.restore?.({ ...token, scope: store, version: '2' }, context());
    expect(await read(backend, { ...token, scope: store })).toBe('two');
  });

  it('is what the deletion of its scope leaves behind', async () => {
    const { backend } = await create();
    await backend.declare?.({ scope: shop, key: 'LATER' }, context());
    expect(await backend.scopes?.delete(shop, context())).toBe(2);
    expect(await names(backend)).toEqual([['TOKEN', 'deleted']]);
    await backend.restore?.({ ...token, version: '2' }, context());
    expect(await backend.scopes?.list(context())).toEqual([shop]);
  });
});
