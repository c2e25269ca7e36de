import { execFileSync } from 'node:child_process';
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
      expect(error.message).toContain("auth.jwtFile names no file that the server's configuration lets backends open");
    }
    expect(gateway.requests).toEqual([]);
    const { another: anotherWithout } = await openVault();
    const backend = await anotherWithout({ address: 'https://127.0.0.1:1', 'tls.caFile': join(allowed, 'link') });
    expect((await failure(backend.check(context()))).code).toBe('misconfigured');
  });

  it('is found as Kubernetes mounts it: by links into a folder whose name begins with two dots', async () => {
    const { allowed } = await folders();
    await mkdir(join(allowed, '..2026_11_25_10_00_00.1'));
    await writeFile(join(allowed, '..2026_11_25_10_00_00.1', 'token'), 'mounted-jwt');
    await symlink('..2026_11_25_10_00_00.1', join(allowed, '..data'));
    await symlink('..data/token', join(allowed, 'token'));
    const { another, fake } = await openVault({}, { paths: [allowed] });
    fake.identities.set('mounted-jwt', { policies: ['root'] });
    const backend = await another({
      'auth.method': 'kubernetes',
      'auth.role': 'kici',
      'auth.jwtFile': join(allowed, 'token'),
    });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['absent']);
  });

  it('that is a pipe, a folder, too large, or no text is refused at once, and closing does not wait for it', async () => {
    const { allowed } = await folders();
    const at = (name: string): string => join(allowed, name);
    execFileSync('mkfifo', [at('pipe')]);
    await mkdir(at('folder'));
    await writeFile(at('large'), Buffer.alloc(1_048_577, 0x61));
    await writeFile(at('bytes'), Uint8Array.of(0x61, 0xff));
    const { another } = await openVault({}, { paths: [allowed] });
    for (const name of ['pipe', 'folder', 'large', 'bytes']) {
      for (const settings of [
        { 'auth.method': 'jwt', 'auth.jwtFile': at(name) },
        { address: 'https://127.0.0.1:1', 'tls.caFile': at(name) },
      ]) {
        const backend = await another(settings);
        expect((await failure(backend.check(context(2000)))).code).toBe('misconfigured');
        await backend.close();
      }
    }
  });
});
