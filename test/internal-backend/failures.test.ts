import { SecretValue } from '@kici-dev/secret-backend';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromDatabase } from '../../backends/internal/failures.ts';
import { engine } from '../support/engine.ts';
import { context, createTestStore, pagesOf, scope } from './support.ts';

const ref = { scope: scope('apps/shop'), key: 'TOKEN' };

describe('a database that fails', () => {
  if (engine === 'sqlite')
    it('and is full: the write says so and the stored value stays', async () => {
      const store = await createTestStore();
      onTestFinished(store.dispose);
      await store.backend.write?.({ ...ref, value: SecretValue.fromText('old') }, context());
      const {
        rows: [size],
      } = await sql<{ page_count: number }>`pragma page_count`.execute(store.database);
      await sql.raw(`pragma max_page_count = ${size?.page_count}`).execute(store.database);
      const written = (async () => {
        for (let index = 0; index < 20; index += 1)
          await store.backend.write?.({ ...ref, value: SecretValue.fromBytes(new Uint8Array(60_000)) }, context());
      })();
      await expect(written).rejects.toMatchObject({
        name: 'BackendError',
        code: 'server_error',
        detail: 'the disk of the database is full',
      });
      expect(await store.backend.read([ref], context())).toMatchObject([{ status: 'found' }]);
    });

  it('and is closed under it: reads are unknown, writes reject, and nothing is absent', async () => {
    const store = await createTestStore();
    onTestFinished(store.dispose);
    await store.backend.write?.({ ...ref, value: SecretValue.fromText('value') }, context());
    await store.database.destroy();
    expect(await store.backend.read([ref], context())).toMatchObject([{ status: 'unknown', code: 'server_error' }]);
    await expect(
      store.backend.write?.({ ...ref, value: SecretValue.fromText('new') }, context()),
    ).rejects.toMatchObject({ name: 'BackendError', code: 'server_error' });
    await expect(pagesOf(store.backend)).rejects.toMatchObject({ name: 'BackendError', code: 'server_error' });
    await expect(store.backend.check(context())).rejects.toMatchObject({ name: 'BackendError' });
  });

  it('and is locked for too long: a timeout that names the cause', () => {
    expect(
      fromDatabase(Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })),
    ).toMatchObject({ code: 'timeout', detail: 'another process holds the database' });
  });

  it.each([
    ['08006', 'unreachable'],
    ['57P01', 'unreachable'],
    ['ECONNREFUSED', 'unreachable'],
    ['28P01', 'unauthenticated'],
    ['42501', 'permission_denied'],
    ['53300', 'throttled'],
    ['57014', 'timeout'],
    ['25P03', 'timeout'],
    ['25006', 'unreachable'],
    ['40001', 'conflict'],
    ['42P01', 'server_error'],
    ['', 'server_error'],
  ])('with the code "%s" of a server is %s', (code, expected) => {
    const error = fromDatabase(Object.assign(new Error('insert into t values (canary)'), { code }));
    expect(error.code).toBe(expected);
    expect(error.message).not.toContain('canary');
  });
});
