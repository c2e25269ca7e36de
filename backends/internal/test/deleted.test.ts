import {
  BackendError,
  SecretValue,
  type ReadOutcome,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
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

  it('cannot be restored later, and its values are erased by the next deletion', async () => {
    const { backend, later, database } = await create();
    await backend.delete?.(token, context());
    expect(await versions(later)).toEqual([]);
    await expect(later.restore?.({ ...token, version: '2' }, context())).rejects.toMatchObject({ code: 'not_found' });
    await later.delete?.({ scope: shop, key: 'ANOTHER' }, context());
    expect(await database.selectFrom('internal_versions').selectAll().execute()).toEqual([]);
    expect(await read(backend)).toBe('absent');
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
