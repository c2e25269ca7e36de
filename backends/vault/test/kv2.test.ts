import { describe, expect, it } from 'vitest';
import { codeOf, listAll, pagesOf, readText, writeText } from './support/ask.ts';
import { context } from './support/host.ts';
import { openVault, ref, scope } from './support/open.ts';
import { administer, ask } from './support/server.ts';

describe('versions of KV version 2', () => {
  it('serves no older version where the current one is deleted, and says which it is', async () => {
    const { backend, put, server } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { TOKEN: 'one' } });
    await put('secret/data/app', { data: { TOKEN: 'two' } });
    await administer(server, 'DELETE', 'secret/data/app');
    expect(await readText(backend, ref('app', 'TOKEN'), ref('app', 'TOKEN', '1'), ref('app', 'TOKEN', '2'))).toEqual([
      'deleted',
      'one',
      'deleted',
    ]);
    await put('secret/destroy/app', { versions: [2] });
    expect(await readText(backend, ref('app', 'TOKEN'), ref('never', 'TOKEN'))).toEqual(['destroyed', 'absent']);
  });

  it('reads a version whose deletion time lies ahead, and no longer once it has passed', async () => {
    const { backend, put, fake } = await openVault({ kvVersion: '2' });
    await put('secret/metadata/app', { delete_version_after: '60s' });
    await put('secret/data/app', { data: { TOKEN: 'short-lived' } });
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['short-lived']);
    expect((await backend.versions?.(ref('app', 'TOKEN'), context()))?.map(({ readable }) => readable)).toEqual([true]);
    fake.advance(61_000);
    expect(await readText(backend, ref('app', 'TOKEN'))).toEqual(['deleted']);
  });

  it('refuses pins that are not a version, and finds nothing at one that never was', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { TOKEN: 'one' } });
    expect(
      await readText(
        backend,
        ref('app', 'TOKEN', '7'),
        ref('app', 'TOKEN', 'latest'),
        ref('app', 'TOKEN', '0'),
        ref('app', 'TOKEN', '1&x=1'),
      ),
    ).toEqual(['absent', 'invalid_argument', 'invalid_argument', 'invalid_argument']);
  });

  it('takes an empty pin for no version, and leaves what is asked for beside it alone', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { TOKEN: 'one' } });
    expect(await readText(backend, ref('app', 'TOKEN', ''), ref('app', 'TOKEN'))).toEqual(['invalid_argument', 'one']);
    expect(await readText(backend, ref('app', 'TOKEN'), ref('app', 'TOKEN', ''))).toEqual(['one', 'invalid_argument']);
  });

  it('serves no version but the one that is pinned, whatever a cache in between answers', async () => {
    const { backend, gateway, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { TOKEN: 'one' } });
    await readText(backend, ref('app', 'TOKEN'));
    for (const text of [
      '{"data":{"data":{"TOKEN":"seven"},"metadata":{"version":7,"destroyed":false,"deletion_time":""}}}',
      '{"data":{"data":null,"metadata":{"version":7,"destroyed":true,"deletion_time":""}}}',
    ]) {
      gateway.answerOnce({ status: 200, text });
      expect(await readText(backend, ref('app', 'TOKEN', '1'))).toEqual(['bad_answer']);
    }
  });

  it('lists a deleted path as not known by itself, never as empty, and the paths beside and below it as they are', async () => {
    const { backend, put, server } = await openVault({ kvVersion: '2' });
    for (const path of ['apps/gone', 'apps/gone/below', 'apps/here'])
      await put(`secret/data/${path}`, { data: { TOKEN: 'one' } });
    await administer(server, 'DELETE', 'secret/data/apps/gone');
    expect(await listAll(backend)).toEqual({
      secrets: ['apps/gone/below TOKEN', 'apps/here TOKEN'],
      unlisted: ['apps/gone deleted'],
      unnameable: [],
    });
    const pages = await pagesOf(backend, { scope: scope('apps/gone'), depth: 'scope' });
    expect(pages).toEqual([
      {
        secrets: [],
        unlisted: [
          { scope: 'apps/gone', depth: 'scope', code: 'deleted', version: '1', updatedAt: expect.any(String) },
        ],
        unnameable: [],
      },
    ]);
  });

  it('names what the version before a deleted one held, which may not be all', async () => {
    const { backend, put, server } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { A: 'one', B: 'one' } });
    await put('secret/data/app', { data: { A: 'two', B: 'two' } });
    await put('secret/data/app', { data: { A: 'three', C: 'three' } });
    await put('secret/destroy/app', { versions: [2] });
    await administer(server, 'DELETE', 'secret/data/app');
    const [page] = await pagesOf(backend);
    expect(page).toEqual({
      secrets: ['A', 'B'].map((key) => ({ scope: 'app', key, version: '3', problem: 'deleted' })),
      unlisted: [{ scope: 'app', depth: 'scope', code: 'deleted', version: '3', updatedAt: expect.any(String) }],
      unnameable: [],
    });
  });

  it('lists nothing at a path that has never had a version', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/metadata/bare', { delete_version_after: '1h' });
    expect(await listAll(backend)).toEqual({ secrets: [], unlisted: [], unnameable: [] });
  });

  it('tells versions and times in lists', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { TOKEN: 'one' } });
    await put('secret/data/app', { data: { TOKEN: 'two' } });
    const [page] = await pagesOf(backend);
    expect(page?.secrets).toEqual([
      { scope: 'app', key: 'TOKEN', version: '2', updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
    ]);
  });
});

describe('writes of KV version 2', () => {
  it('make the edit again when another program writes in between', async () => {
    const { backend, gateway, put, server } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { A: 'one' } });
    // The other program writes after the adapter's read, which the slow answer holds back.
    await readText(backend, ref('app', 'A'));
    gateway.fault('delay', 1);
    const read = gateway.seen('secret/data/app');
    const written = writeText(backend, ref('app', 'B'), 'two');
    await read;
    await put('secret/data/app', { data: { A: 'changed', C: 'three' } });
    await written;
    const { body } = await ask(server, 'GET', 'secret/data/app');
    expect(JSON.parse(JSON.stringify(body))).toMatchObject({ data: { data: { A: 'changed', B: 'two', C: 'three' } } });
    expect(gateway.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('keep every digit of fields that are not theirs', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', {
      data: {
        BIG: JSON.rawJSON('12345678901234567890'),
        FRACTION: JSON.rawJSON('0.10'),
        NESTED: { list: [1, null, { x: JSON.rawJSON('1e400') }] },
      },
    });
    await writeText(backend, ref('app', 'TOKEN'), 'x');
    expect(await readText(backend, ref('app', 'BIG'), ref('app', 'FRACTION'), ref('app', 'NESTED'))).toEqual([
      '12345678901234567890',
      '0.10',
      '{"list":[1,null,{"x":1e400}]}',
    ]);
  });

  it('take a new value over a deleted version, and bring no older field back', async () => {
    const { backend, put, server } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { OLD: 'one', TOKEN: 'one' } });
    await administer(server, 'DELETE', 'secret/data/app');
    expect(await codeOf(writeText(backend, ref('app', 'TOKEN'), 'two', null))).toBe('conflict');
    await writeText(backend, ref('app', 'TOKEN'), 'two');
    expect(await readText(backend, ref('app', 'TOKEN'), ref('app', 'OLD'))).toEqual(['two', 'absent']);
  });

  it('delete one field and keep the path, its other fields and its history', async () => {
    const { backend, put } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { A: 'one', B: 'two' } });
    expect(await backend.delete?.(ref('app', 'A'), context())).toEqual({ existed: true });
    expect(await backend.delete?.(ref('app', 'A'), context())).toEqual({ existed: false });
    expect(await readText(backend, ref('app', 'A'), ref('app', 'B'), ref('app', 'A', '1'))).toEqual([
      'absent',
      'two',
      'one',
    ]);
    await backend.delete?.(ref('app', 'B'), context());
    expect(await listAll(backend)).toEqual({ secrets: [], unlisted: [], unnameable: [] });
    await backend.restore?.({ ...ref('app', 'B'), version: '1' }, context());
    expect(await readText(backend, ref('app', 'A'), ref('app', 'B'))).toEqual(['absent', 'two']);
  });

  it('say that a deleted version holds nothing to delete, rather than that nothing was there', async () => {
    const { backend, put, server } = await openVault({ kvVersion: '2' });
    await put('secret/data/app', { data: { A: 'one' } });
    await administer(server, 'DELETE', 'secret/data/app');
    expect(await codeOf(backend.delete?.(ref('app', 'A'), context()) ?? Promise.resolve())).toBe('deleted');
  });
});
