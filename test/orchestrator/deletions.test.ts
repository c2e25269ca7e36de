import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { add, open, set } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';
import { startServer, type TestServer } from './support/server.ts';

/** `corp:apps/**` above the internal store; `apps/gone` is deleted. */
async function withDeleted(
  binding: object = {},
  state: 'deleted' | 'destroyed' | 'disabled' = 'deleted',
): Promise<TestServer> {
  const server = await startServer();
  const { address, service } = newService({ 'apps/shop A': 'corp', 'apps/web W': 'corp' });
  const { versions } = service.touch(ref('apps/gone K'));
  const value = SecretValue.fromText('corp');
  versions.push({ version: 7, value, createdAt: 0, state });
  await add(server, 'corp', address);
  for (const key of ['A', 'K', 'W']) await set(server, 'production', key, `internal ${key}`);
  await server.call('environments.create', { name: 'e', bind: ['production'] });
  await server.call('bindings.add', { environment: 'e', scope: 'corp:apps/**', priority: 10, ...binding });
  return server;
}

describe('a deleted secret', () => {
  it('keeps no job from starting, and takes its own key alone', async () => {
    const server = await withDeleted();
    const job = await open(server, 'e');
    expect([await job.value('A'), await job.value('W')]).toEqual(['corp', 'corp']);
    expect(await job.read('K')).toMatchObject([
      { status: 'unavailable', backend: 'corp', scope: 'apps/gone', code: 'deleted' },
    ]);
  });

  it('is one problem of check, which blames it and nothing else', async () => {
    const { call } = await withDeleted();
    expect((await call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      { kind: 'key_unavailable', severity: 'error', subject: 'K', message: expect.stringContaining('corp:apps/gone') },
    ]);
  });

  it('is told by explain as the winner that is unavailable', async () => {
    const { call } = await withDeleted();
    expect(await call('resolution.explain', { environment: 'e', key: 'K' })).toMatchObject({
      status: 'unavailable',
      candidates: [
        { backend: 'corp', scope: 'apps/gone', problem: 'deleted' },
        { backend: 'internal', scope: 'production' },
      ],
      blockedBy: [],
      skipped: [],
    });
  });

  it('does not make its backend unhealthy', async () => {
    const { call } = await withDeleted();
    expect(await call('backends.test', { name: 'corp' })).toMatchObject({ healthy: true, listed: 3 });
  });
});

describe('a secret that is deleted wherever it was', () => {
  const withTwo = async (lower?: string): Promise<TestServer> => {
    const server = await startServer({ settings: { keepDeletedMs: 60_000 } });
    for (const key of ['AGE_KEY_1', 'AGE_KEY_2']) await set(server, 'production', key);
    await server.call('environments.create', { name: 'e', bind: ['production'] });
    if (lower !== undefined) {
      await set(server, 'fallback', 'AGE_KEY_1', lower);
      await server.call('bindings.add', { environment: 'e', scope: 'fallback', priority: -1 });
    }
    await server.call('secrets.delete', { scope: 'production', key: 'AGE_KEY_1' });
    return server;
  };
  const gone = async (server: TestServer) =>
    (await open(server, 'e')).opened.catalogue.map((entry) => [entry.key, entry.status, entry.gone]);

  it('is gone for a job, which still hears why, and a warning of check', async () => {
    const server = await withTwo();
    expect(await gone(server)).toEqual([
      ['AGE_KEY_1', 'unavailable', true],
      ['AGE_KEY_2', 'available', undefined],
    ]);
    expect(await (await open(server, 'e')).read('AGE_KEY_1')).toMatchObject([
      { status: 'unavailable', code: 'deleted' },
    ]);
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([
      { kind: 'key_unavailable', severity: 'warning', subject: 'AGE_KEY_1' },
    ]);
  });

  it('is not gone while a lower place has the key, which is not served either', async () => {
    const server = await withTwo('another');
    expect(await gone(server)).toContainEqual(['AGE_KEY_1', 'unavailable', undefined]);
    await server.call('secrets.delete', { scope: 'fallback', key: 'AGE_KEY_1' });
    expect(await gone(server)).toContainEqual(['AGE_KEY_1', 'unavailable', true]);
  });
});

describe('a binding that skips what is deleted', () => {
  it('lets the next candidate take its place, and explain says so', async () => {
    const server = await withDeleted({ skipDeleted: true });
    expect(await (await open(server, 'e')).value('K')).toBe('internal K');
    expect(await server.call('resolution.explain', { environment: 'e', key: 'K' })).toMatchObject({
      status: 'available',
      candidates: [{ backend: 'internal', scope: 'production' }],
      skipped: [{ backend: 'corp', scope: 'apps/gone', binding: 'corp:apps/**', code: 'deleted' }],
    });
    expect((await server.call('resolution.check', { environment: 'e' })).problems).toEqual([]);
  });

  it('skips what is destroyed, and never what is disabled', async () => {
    const destroyed = await withDeleted({ skipDeleted: true }, 'destroyed');
    expect(await (await open(destroyed, 'e')).value('K')).toBe('internal K');
    const disabled = await withDeleted({ skipDeleted: true }, 'disabled');
    expect(await (await open(disabled, 'e')).value('K')).toBe('unavailable');
  });

  it('is off unless it is asked for, shown in lists, and kept by other changes', async () => {
    const { call } = await withDeleted();
    const shown = async () =>
      (await call('environments.show', { environment: 'e' })).bindings.map(({ skipDeleted }) => skipDeleted);
    expect(await shown()).toEqual([false, false]);
    const id = (await call('environments.show', { environment: 'e' })).bindings.at(-1)?.id ?? '';
    await call('bindings.update', { environment: 'e', id, skipDeleted: true });
    await call('bindings.update', { environment: 'e', id, priority: 11 });
    expect(await shown()).toEqual([false, true]);
    await call('bindings.update', { environment: 'e', id, skipDeleted: false });
    expect(await shown()).toEqual([false, false]);
  });
});
