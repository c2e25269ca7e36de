import { describe, expect, it } from 'vitest';
import { codeOf, listAll, readText, writeText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref, scope } from './support/open.ts';

describe('names as companies have them', () => {
  it('team/app/env with fields, dots, dashes, spaces and scripts in field names', async () => {
    const { backend, put } = await openVault();
    const fields = {
      username: 'u',
      password: 'p',
      'db.host': 'h',
      'api-key': 'k',
      'with space': 's',
      schlüssel: 'ü',
      __proto__x: 'x',
    };
    await put('secret/data/team-a/shop.api/prod_eu', { data: fields });
    const keys = Object.keys(fields);
    expect(await readText(backend, ...keys.map((key) => ref('team-a/shop.api/prod_eu', key)))).toEqual(
      Object.values(fields),
    );
    expect((await listAll(backend)).secrets).toEqual(keys.map((key) => `team-a/shop.api/prod_eu ${key}`).toSorted());
  });

  it('a path and a folder of one name are both listed and read', async () => {
    const { backend, put } = await openVault();
    await put('secret/data/foo', { data: { A: 'path' } });
    await put('secret/data/foo/bar', { data: { A: 'below' } });
    expect((await listAll(backend)).secrets).toEqual(['foo A', 'foo/bar A']);
    expect(await readText(backend, ref('foo', 'A'), ref('foo/bar', 'A'))).toEqual(['path', 'below']);
    expect((await listAll(backend, { scope: scope('foo'), depth: 'scope' })).secrets).toEqual(['foo A']);
  });

  it('twins that differ in case stay apart, as paths and as fields', async () => {
    const { backend, put } = await openVault();
    await put('secret/data/App', { data: { Token: '1', TOKEN: '2' } });
    await put('secret/data/app', { data: { token: '3' } });
    expect(
      await readText(backend, ref('App', 'Token'), ref('App', 'TOKEN'), ref('app', 'token'), ref('app', 'TOKEN')),
    ).toEqual(['1', '2', '3', 'absent']);
    expect((await listAll(backend)).secrets).toEqual(['App TOKEN', 'App Token', 'app token']);
  });

  it('paths that no scope can name are told, with what lies below them left alone', async () => {
    const { backend, put, gateway } = await openVault();
    for (const path of ['plain', 'with space', 'süß', 'a/100%/b', 'dir with space/inner', '?query#hash'])
      await put(`secret/data/${path}`.replace('?', '%3F'), { data: { A: '1' } });
    await put('secret/data/empty-field', { data: { '': 'nameless' } });
    const { secrets, unnameable } = await listAll(backend);
    expect(secrets).toEqual(['plain A']);
    expect(unnameable).toEqual(['%3Fquery#hash', 'a/100%/', 'dir with space/', 'empty-field/', 'süß', 'with space']);
    expect(gateway.requests.map(({ path }) => path).filter((path) => path.includes('inner'))).toEqual([]);
  });

  it('a base path in any characters is encoded segment by segment and hidden from scopes', async () => {
    const { backend, put, gateway } = await openVault({ basePath: '/Team A/größe=1#x?/' });
    await put('secret/data/Team A/größe=1#x%3F/app', { data: { A: 'decoy' } });
    await writeText(backend, ref('app', 'A'), 'mine');
    expect(await readText(backend, ref('app', 'A'))).toEqual(['mine']);
    expect((await listAll(backend)).secrets).toEqual(['app A']);
    expect(gateway.requests.some(({ path }) => path === 'secret/data/Team A/größe=1#x?/app')).toBe(true);
  });

  it('segments that would lead out of the mount are refused in settings', async () => {
    const { another } = await openVault();
    for (const settings of [
      { basePath: 'a/../b' },
      { basePath: './a' },
      { mount: 'secret/..' },
      { namespace: '../x' },
      { basePath: 'a//b' },
    ]) {
      expect(await codeOf(another(settings))).toBe('misconfigured');
    }
  });

  it('what every object has is absent, and `__proto__` is a name like any other', async () => {
    const { backend } = await openVault();
    await writeText(backend, ref('app', 'A'), '1');
    expect(await readText(backend, ref('app', '__proto__'), ref('app', 'constructor'))).toEqual(['absent', 'absent']);
    await writeText(backend, ref('app', '__proto__'), 'value');
    expect(await readText(backend, ref('app', '__proto__'), ref('app', 'A'))).toEqual(['value', '1']);
    await backend.delete?.(ref('app', 'A'), context());
    expect(await readText(backend, ref('app', '__proto__'), ref('app', 'A'))).toEqual(['value', 'absent']);
  });
});
