import { describe, expect, it } from 'vitest';
import { readText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref, scope } from './support/open.ts';

const keys = Array.from({ length: 500 }, (_, index) => `KEY_${index}`);

describe('what a job costs', () => {
  it('500 keys of one path are one request', async () => {
    const { backend, gateway, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: Object.fromEntries(keys.map((key) => [key, `value of ${key}`])) });
    await readText(backend, ref('app', 'KEY_0'));
    const before = gateway.requests.length;
    expect(await readText(backend, ...keys.map((key) => ref('app', key)))).toEqual(
      keys.map((key) => `value of ${key}`),
    );
    expect(gateway.requests.slice(before).map(({ path }) => path)).toEqual(['secret/data/app']);
  });

  it('500 keys of ten paths are ten requests, and each pinned version is one more', async () => {
    const { backend, gateway, put } = await openVault({ kvVersion: '2' });
    for (let index = 0; index < 10; index += 1)
      await put(`secret/data/app${index}`, {
        data: Object.fromEntries(keys.slice(0, 50).map((key) => [key, 'value'])),
      });
    await readText(backend, ref('none', 'KEY'));
    const before = gateway.requests.length;
    await readText(
      backend,
      ...keys.map((_, index) => ref(`app${index % 10}`, `KEY_${Math.floor(index / 10)}`)),
      ref('app0', 'KEY_0', '1'),
      ref('app0', 'KEY_1', '1'),
    );
    expect(gateway.requests.length - before).toBe(11);
  });

  it('a tree is listed with one request for each folder and one for each path, and no value is asked for', async () => {
    const { backend, gateway, put } = await openVault({ kvVersion: '2' });
    for (const path of ['apps/a', 'apps/b', 'apps/deep/c'])
      await put(`secret/data/${path}`, { data: { TOKEN: 'value' } });
    await readText(backend, ref('none', 'KEY'));
    const before = gateway.requests.length;
    for await (const page of backend.list({ scope: scope('apps'), depth: 'tree' }, context()))
      expect(page.unlisted).toEqual([]);
    const asked = gateway.requests
      .slice(before)
      .map(({ path }) => path)
      .toSorted();
    expect(asked).toEqual(
      [
        'secret/metadata/apps/?list=true',
        'secret/metadata/apps/deep/?list=true',
        'secret/subkeys/apps/a?depth=1',
        'secret/subkeys/apps/b?depth=1',
        'secret/subkeys/apps/deep/c?depth=1',
        'secret/subkeys/apps?depth=1',
      ].toSorted(),
    );
  });
});
