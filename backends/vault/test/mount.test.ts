import type { SecretBackend } from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { vaultDefinition } from '../index.ts';
import { codeOf, failure, listAll, readText, writeText } from './support/ask.ts';
import { context, settingsOf } from './support/host.ts';
import { openVault, ref } from './support/open.ts';

const mounts = (requests: readonly { readonly path: string }[]): number =>
  requests.filter(({ path }) => path.startsWith('sys/internal/ui/mounts/')).length;

describe('the version of a mount', () => {
  it('is asked for once, and both are read and written by their own paths', async () => {
    const { backend, another, gateway, put } = await openVault({ kvVersion: 'auto' });
    await put('sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
    const old = await another({ mount: 'kv1' });
    for (const one of [backend, old]) {
      await writeText(one, ref('app', 'TOKEN'), 'value');
      expect(await readText(one, ref('app', 'TOKEN'))).toEqual(['value']);
      expect(await listAll(one)).toEqual({ secrets: ['app TOKEN'], unlisted: [], unnameable: [] });
    }
    expect(mounts(gateway.requests)).toBe(2);
  });

  it('is asked for once by a hundred first reads', async () => {
    const { backend, gateway } = await openVault({ kvVersion: 'auto' });
    await Promise.all(Array.from({ length: 100 }, (_, index) => readText(backend, ref(`app${index}`, 'TOKEN'))));
    expect(mounts(gateway.requests)).toBe(1);
  });

  it("contradicts the settings: an error, because a read by the other version's path finds nothing and would prove absence", async () => {
    const { backend, another, put } = await openVault({ kvVersion: '1' });
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['misconfigured']);
    await put('sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
    const wrong = await another({ mount: 'kv1', kvVersion: '2' });
    expect((await failure(wrong.check(context()))).message).toContain(
      'the mount kv1 is KV version 1, and kvVersion says 2',
    );
  });

  it('is not concluded from a refusal', async () => {
    const { another, put, fake } = await openVault();
    await put('sys/policies/acl/none', { policy: 'path "other/*" { capabilities = ["read"] }' });
    const { id } = fake.tokens.create({ policies: ['none'] });
    const auto = await another({ 'auth.token': id });
    expect(await readText(auto, ref('app', 'TOKEN'))).toEqual(['permission_denied']);
    expect(await codeOf(auto.check(context()))).toBe('permission_denied');
    const told = await another({ 'auth.token': id, kvVersion: '2' });
    expect(await readText(told, ref('app', 'TOKEN'))).toEqual(['permission_denied']);
    expect(await codeOf(told.check(context()))).toBe('permission_denied');
  });

  it('is asked for again when the mount was upgraded', async () => {
    const { another, put } = await openVault();
    await put('sys/mounts/kv', { type: 'kv', options: { version: '1' } });
    await put('kv/app', { TOKEN: 'one' });
    const backend = await another({ mount: 'kv' });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['one']);
    await put('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    await put('kv/data/app', { data: { TOKEN: 'one' } });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['misconfigured']);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['one']);
  });

  it("is asked for again before a path is called absent, at most every 30 seconds: neither version says that a path is the other one's in every case", async () => {
    const { host, gateway, put, server } = await openVault();
    let later = 0;
    const openAt = async (kvVersion: 'auto' | '2'): Promise<SecretBackend> => {
      const backend = await vaultDefinition.create(
        settingsOf({ address: gateway.address, mount: 'kv', kvVersion, 'auth.token': server.rootToken }),
        { ...host, now: () => Date.now() + later },
      );
      onTestFinished(() => backend.close());
      return backend;
    };
    await put('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    await put('kv/data/app', { data: { TOKEN: 'one' } });
    const [auto, told] = [await openAt('auto'), await openAt('2')];
    for (const backend of [auto, told])
      expect(await readText(backend, ref('app', 'TOKEN'), ref('none', 'TOKEN'), ref('other', 'TOKEN'))).toEqual([
        'one',
        'absent',
        'absent',
      ]);
    expect(mounts(gateway.requests)).toBe(2);
    await put('sys/mounts/kv', { type: 'kv', options: { version: '1' } });
    await put('kv/app', { TOKEN: 'two' });
    later = 30_000;
    expect(await codeOf(listAll(told))).toBe('misconfigured');
    expect(await readText(told, ref('app', 'TOKEN'))).toEqual(['misconfigured']);
    expect(await codeOf(told.versions?.(ref('app', 'TOKEN'), context()) ?? Promise.resolve())).toBe('misconfigured');
    expect(await readText(auto, ref('app', 'TOKEN'))).toEqual(['bad_answer']);
    expect(await readText(auto, ref('app', 'TOKEN'), ref('none', 'TOKEN'))).toEqual(['two', 'absent']);
    expect(await readText(auto, ref('data/app', 'TOKEN'))).toEqual(['absent']);
    await put('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
    later = 60_000;
    expect(await readText(auto, ref('data/app', 'TOKEN'))).toEqual(['bad_answer']);
  });

  it('that is not a KV engine, or begins elsewhere, is named', async () => {
    const { another } = await openVault();
    expect((await failure((await another({ mount: 'secret/teams' })).check(context()))).message).toContain(
      'set mount to it, and put the rest into basePath',
    );
  });
});

describe('what is not there', () => {
  it('a namespace, a mount: misconfigured or denied, never absent', async () => {
    const { another } = await openVault();
    expect(await readText(await another({ namespace: 'none' }), ref('app', 'TOKEN'))).toEqual(['misconfigured']);
    expect(await readText(await another({ mount: 'none' }), ref('app', 'TOKEN'))).toEqual(['permission_denied']);
    expect(await readText(await another({ mount: 'none', kvVersion: '2' }), ref('app', 'TOKEN'))).toEqual([
      'misconfigured',
    ]);
  });
});

describe('namespaces', () => {
  it('are worlds of their own, for secrets and for signing in', async () => {
    const { backend, another, put, fake, gateway, server } = await openVault();
    await put('sys/namespaces/team', {});
    await server.upstream({
      method: 'POST',
      path: 'sys/mounts/secret',
      query: new URLSearchParams(),
      token: server.rootToken,
      namespace: 'team',
      body: { type: 'kv', options: { version: '2' } },
    });
    const inside = await another({ namespace: '/team/' });
    await writeText(inside, ref('app', 'TOKEN'), 'of the team');
    expect(await readText(inside, ref('app', 'TOKEN'))).toEqual(['of the team']);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['absent']);
    fake.identities.set('a-jwt', { policies: ['root'], namespace: '' });
    const jwt = await another({
      namespace: 'team',
      'auth.namespace': 'parent',
      'auth.method': 'jwt',
      'auth.jwt': 'a-jwt',
    });
    await readText(jwt, ref('app', 'TOKEN'));
    expect(gateway.requests.at(-1)).toMatchObject({ path: 'auth/jwt/login', namespace: 'parent' });
    const root = await another({ namespace: 'team', 'auth.namespace': '/', 'auth.method': 'jwt', 'auth.jwt': 'a-jwt' });
    expect(await readText(root, ref('app', 'TOKEN'))).toEqual(['of the team']);
    expect(gateway.requests.filter(({ path }) => path === 'auth/jwt/login').at(-1)).toMatchObject({ namespace: '' });
  });
});
