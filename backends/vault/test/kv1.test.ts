import { describe, expect, it } from 'vitest';
import { codeOf, listAll, pagesOf, readText, writeText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref, type Opened } from './support/open.ts';

async function openKv1(): Promise<Opened> {
  const opened = await openVault({ mount: 'kv1', kvVersion: '1' });
  await opened.put('sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  return opened;
}

describe('KV version 1', () => {
  it('keeps the other fields of a path when one is written or deleted', async () => {
    const { backend, put } = await openKv1();
    await put('kv1/app', { A: 'one', BIG: JSON.rawJSON('12345678901234567890') });
    await writeText(backend, ref('app', 'B'), 'two');
    expect(await readText(backend, ref('app', 'A'), ref('app', 'B'), ref('app', 'BIG'))).toEqual([
      'one',
      'two',
      '12345678901234567890',
    ]);
    await backend.delete?.(ref('app', 'A'), context());
    expect(await readText(backend, ref('app', 'A'), ref('app', 'B'))).toEqual(['absent', 'two']);
  });

  it('loses none of the fields that one instance writes at once', async () => {
    const { backend } = await openKv1();
    const keys = Array.from({ length: 10 }, (_, index) => `K${index}`);
    await Promise.all(keys.map((key) => writeText(backend, ref('app', key), key)));
    expect(await readText(backend, ...keys.map((key) => ref('app', key)))).toEqual(keys);
  });

  it('removes the path with its last field, because it takes no empty one', async () => {
    const { backend, put } = await openKv1();
    await put('kv1/app', { A: 'one' });
    expect(await backend.delete?.(ref('app', 'A'), context())).toEqual({ existed: true });
    expect(await listAll(backend)).toEqual({ secrets: [], unlisted: [], unnameable: [] });
  });

  it('has no check-and-set, no pins and no versions, and says so', async () => {
    const { backend, put } = await openKv1();
    await put('kv1/app', { A: 'one' });
    expect(await codeOf(writeText(backend, ref('app', 'A'), 'two', '1'))).toBe('unsupported');
    expect(await readText(backend, ref('app', 'A', '1'), ref('app', 'A'))).toEqual(['unsupported', 'one']);
    expect(Object.keys(backend)).not.toContain('versions');
    expect(Object.keys(backend)).not.toContain('restore');
  });

  it('lists fields by reading them, and drops the values', async () => {
    const { backend, put } = await openKv1();
    await put('kv1/team/app/prod', { username: 'u', password: 'canary-value' });
    const pages = await pagesOf(backend);
    expect(backend.capabilities.listReadsValues).toBe(true);
    expect(JSON.stringify(pages)).not.toContain('canary-value');
    expect(pages.flatMap(({ secrets }) => secrets)).toEqual([
      { scope: 'team/app/prod', key: 'username' },
      { scope: 'team/app/prod', key: 'password' },
    ]);
  });
});
