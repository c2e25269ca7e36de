import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, readText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref } from './support/open.ts';

async function folders(): Promise<{ readonly allowed: string; readonly outside: string }> {
  const root = await mkdtemp(join(tmpdir(), 'kici-paths-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const [allowed, outside] = [join(root, 'allowed'), join(root, 'allowed-not')];
  await mkdir(allowed);
  await mkdir(outside);
  return { allowed, outside };
}

describe('a file that a setting names', () => {
  it("is read where the server's configuration allows it, again at each sign-in", async () => {
    const { allowed } = await folders();
    const file = join(allowed, 'jwt');
    const { another, fake, put, gateway } = await openVault({}, { paths: [allowed] });
    await put('sys/policies/acl/app', { policy: 'path "secret/*" { capabilities = ["read", "list"] }' });
    await put('secret/data/app', { data: { TOKEN: 'value' } });
    await writeFile(file, 'first-jwt\n');
    fake.identities.set('first-jwt', { policies: ['app'], ttlSeconds: 60 });
    const backend = await another({ 'auth.method': 'kubernetes', 'auth.role': 'kici', 'auth.jwtFile': file });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    fake.identities.delete('first-jwt');
    fake.identities.set('second-jwt', { policies: ['app'], ttlSeconds: 60 });
    await writeFile(file, 'second-jwt\n');
    fake.advance(61_000);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['value']);
    expect(gateway.requests.filter(({ path }) => path === 'auth/kubernetes/login')).toHaveLength(2);
  });

  it('is not opened anywhere else: beside the allowed folder, by way of it, through a link, or with none allowed', async () => {
    const { allowed, outside } = await folders();
    await writeFile(join(outside, 'jwt'), 'canary-jwt');
    await symlink(join(outside, 'jwt'), join(allowed, 'link'));
    const { another, gateway } = await openVault({}, { paths: [allowed] });
    for (const path of [
      join(outside, 'jwt'),
      join(allowed, '..', 'allowed-not', 'jwt'),
      join(allowed, 'link'),
      '/etc/hostname',
      join(allowed, 'missing'),
    ]) {
      const backend = await another({ 'auth.method': 'jwt', 'auth.jwtFile': path });
      const error = await failure(backend.check(context()));
      expect(error.code).toBe('misconfigured');
      expect(error.message).toContain('auth.jwtFile names');
    }
    expect(gateway.requests).toEqual([]);
    const { another: anotherWithout } = await openVault();
    const backend = await anotherWithout({ address: 'https://127.0.0.1:1', 'tls.caFile': join(allowed, 'link') });
    expect((await failure(backend.check(context()))).code).toBe('misconfigured');
  });

  it('that is no text is refused', async () => {
    const { allowed } = await folders();
    await writeFile(join(allowed, 'bytes'), Uint8Array.of(0x61, 0xff));
    const { another } = await openVault({}, { paths: [allowed] });
    for (const settings of [
      { 'auth.method': 'jwt', 'auth.jwtFile': join(allowed, 'bytes') },
      { address: 'https://127.0.0.1:1', 'tls.caFile': join(allowed, 'bytes') },
    ]) {
      const backend = await another(settings);
      expect((await failure(backend.check(context(2000)))).code).toBe('misconfigured');
    }
  });
});
