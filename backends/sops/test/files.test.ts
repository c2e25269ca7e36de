import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  callContext,
  describeLane,
  listAll,
  readAll,
  ref,
  toValue,
} from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sopsLane } from './support/lane.ts';
import { openOn, openScene } from './support/scene.ts';

const secret = ref('apps/shop', 'TOKEN');

describeLane({ describe, test: it }, sopsLane, () => {
  it('a folder that is away, or that is not mounted, makes nothing absent', async () => {
    const { store, backend } = await openScene();
    expect(await readAll(backend, [secret])).toEqual(['absent']);
    await rm(join(store.folder, '.sops.yaml'));
    expect(await readAll(backend, [secret])).toEqual(['unknown unreachable']);
    await expect(listAll(backend)).rejects.toThrow('.sops.yaml');
    await rm(store.folder, { recursive: true });
    expect(await readAll(backend, [secret])).toEqual(['unknown unreachable']);
    await expect(backend.check(callContext())).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('links are followed as far as the configuration allows, and a change replaces their target', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('real/one.yaml', 'TOKEN: one\n');
    await chmod(join(store.folder, 'real/one.yaml'), 0o640);
    await symlink('real/one.yaml', join(store.folder, 'linked.yaml'));
    await symlink('.', join(store.folder, 'circle'));
    await symlink('gone.yaml', join(store.folder, 'dangling.yaml'));
    await symlink('/etc/hostname', join(store.folder, 'away.yaml'));
    await backend.write?.({ ...ref('linked', 'TOKEN'), value: toValue('two') }, callContext());
    expect(
      await readAll(
        backend,
        ['linked', 'real/one', 'dangling', 'away'].map((scope) => ref(scope, 'TOKEN')),
      ),
    ).toEqual(['two', 'two', 'unknown unreachable', 'unknown permission_denied']);
    expect((await lstat(join(store.folder, 'linked.yaml'))).isSymbolicLink()).toBe(true);
    expect((await stat(join(store.folder, 'real/one.yaml'))).mode & 0o777).toBe(0o640);
    expect(await listAll(backend)).toEqual({
      names: ['linked TOKEN', 'real/one TOKEN'],
      unlisted: ['away (permission_denied)', 'dangling (unreachable)'],
      unnameable: [],
    });
  });

  it('a folder that is a link is held to the same', async () => {
    const { store, backend } = await openScene();
    const outside = await mkdtemp(join(tmpdir(), 'kici-outside-'));
    onTestFinished(() => rm(outside, { recursive: true, force: true }));
    await symlink(outside, join(store.folder, 'away'));
    await symlink('nowhere', join(store.folder, 'dangling'));
    const refs = [ref('away/new/deep', 'TOKEN'), ref('dangling/new', 'TOKEN')];
    expect(await readAll(backend, refs)).toEqual(['unknown permission_denied', 'unknown unreachable']);
    for (const [index, code] of ['permission_denied', 'unreachable'].entries()) {
      const one = refs[index] ?? secret;
      await expect(backend.write?.({ ...one, value: toValue('x') }, callContext())).rejects.toMatchObject({ code });
      await expect(backend.delete?.(one, callContext())).rejects.toMatchObject({ code });
    }
    expect(await readdir(outside)).toEqual([]);
    expect((await listAll(backend)).unlisted).toEqual(['away (permission_denied)', 'dangling (unreachable)']);
  });

  it('of two servers that write at once neither loses what the other was told is stored', async () => {
    const { store, backend } = await openScene();
    const other = await openOn(store);
    await store.encrypt('apps/shop.yaml', 'BEFORE: before\n');
    const keys = Array.from({ length: 8 }, (_, index) => `K${index}`);
    const written = await Promise.allSettled(
      keys.map(async (key, index) =>
        (index % 2 === 0 ? backend : other).write?.({ ...ref('apps/shop', key), value: toValue(key) }, callContext()),
      ),
    );
    const stored = keys.filter((_, index) => written[index]?.status === 'fulfilled');
    for (const one of written) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict' });
    expect(stored.length).toBeGreaterThan(0);
    expect(
      await readAll(
        backend,
        ['BEFORE', ...stored].map((key) => ref('apps/shop', key)),
      ),
    ).toEqual(['before', ...stored]);
    expect(await readdir(join(store.folder, 'apps'))).toEqual(['shop.yaml']);
  });

  it('a file that somebody else changes meanwhile is not overwritten', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps/shop.yaml', 'TOKEN: old\n');
    await store.encrypt('theirs.yaml', 'TOKEN: theirs\n');
    const file = join(store.folder, 'apps/shop.yaml');
    await store.program.set('delay', 1);
    const writing = backend.write?.({ ...secret, value: toValue('ours') }, callContext());
    await expect.poll(() => store.program.count()).toBe(1);
    await rename(join(store.folder, 'theirs.yaml'), file);
    await expect(writing).rejects.toMatchObject({ code: 'conflict' });
    expect(await readAll(backend, [secret])).toEqual(['theirs']);
    expect(await readdir(join(store.folder, 'apps'))).toEqual(['shop.yaml']);
  });

  it('readers see the old document or the new one while it is replaced', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps/shop.yaml', 'TOKEN: value 0\n');
    const written = new AbortController();
    const seen = new Set<string>();
    const reader = (async () => {
      while (!written.signal.aborted) for (const text of await readAll(backend, [secret])) seen.add(text);
    })();
    for (let round = 1; round < 6; round += 1)
      await backend.write?.({ ...secret, value: toValue(`value ${round}`) }, callContext());
    written.abort();
    await reader;
    expect([...seen].filter((text) => !/^value [0-5]$/.test(text))).toEqual([]);
  });

  it('a lock that a killed process left is in the way for a while only', async () => {
    const { store, backend } = await openScene();
    await store.encrypt('apps/shop.yaml', 'TOKEN: old\n');
    const lock = join(store.folder, 'apps/.shop.kici-lock');
    await writeFile(lock, '');
    await expect(backend.write?.({ ...secret, value: toValue('new') }, callContext())).rejects.toThrow(
      '.shop.kici-lock',
    );
    await utimes(lock, 0, 0);
    await backend.write?.({ ...secret, value: toValue('new') }, callContext());
    expect(await readAll(backend, [secret])).toEqual(['new']);
  });

  it('a document of more than two MiB, a folder and a pipe in its place are no documents', async () => {
    const { store, backend } = await openScene();
    await writeFile(join(store.folder, 'huge.yaml'), Buffer.alloc(2 ** 21 + 1, 'x'));
    await mkdir(join(store.folder, 'folder.yaml'));
    expect(await readAll(backend, [ref('huge', 'A'), ref('folder', 'A')])).toEqual([
      'unknown too_large',
      'unknown wrong_shape',
    ]);
  });

  it('a file is created for the recipients of the settings alone, and only where they are set', async () => {
    const { store } = await openScene();
    const reader = await openOn(store, { recipients: undefined });
    await expect(reader.write?.({ ...secret, value: toValue('x') }, callContext())).rejects.toMatchObject({
      code: 'misconfigured',
      about: 'recipients',
    });
    const backend = await openOn(store);
    await backend.write?.({ ...secret, value: toValue('canary-clear') }, callContext());
    const text = await readFile(join(store.folder, 'apps/shop.yaml'), 'utf8');
    expect(text).toContain(store.keys.recipient);
    expect(text).not.toContain('canary-clear');
  });
});
