import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileReader } from '@kici-dev/secret-federation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { context, hostScripted, ref, scriptedBackend, valueOf, words } from '../../support/scripted-backend.ts';

let root: string;
const at = (name: string): string => join(root, name);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kici-allowed-'));
  await mkdir(at('allowed'));
  await mkdir(at('allowed-not'));
  await writeFile(at('allowed/token'), 'canary-token\n');
  await writeFile(at('allowed-not/token'), 'canary-outside');
});
afterAll(() => rm(root, { recursive: true }));

const read = (name: string, maxBytes?: number) => createFileReader([at('allowed')])('auth.file', at(name), maxBytes);

describe('a file that a setting names', () => {
  it('is read byte for byte, by links within what is allowed too, as Kubernetes mounts it', async () => {
    await mkdir(at('allowed/..2026'));
    await writeFile(at('allowed/..2026/token'), Uint8Array.of(0x61, 0xff));
    await symlink('..2026', at('allowed/..data'));
    await symlink('..data/token', at('allowed/mounted'));
    const { path, contents } = await read('allowed/mounted');
    expect([path, [...contents.bytes()]]).toEqual([at('allowed/..2026/token'), [0x61, 0xff]]);
  });

  it.each(['allowed-not/token', 'allowed/../allowed-not/token', 'allowed/link', 'allowed/missing'])(
    'is opened nowhere else, and nothing says whether it exists: %s',
    async (name) => {
      await symlink(at('allowed-not/token'), at('allowed/link')).catch(() => undefined);
      await expect(read(name)).rejects.toMatchObject({
        code: 'misconfigured',
        reason: 'setting_not_allowed',
        about: 'auth.file',
      });
    },
  );

  it('is not opened where nothing is allowed', async () => {
    await expect(createFileReader([])('auth.file', at('allowed/token'))).rejects.toMatchObject({
      reason: 'setting_not_allowed',
    });
  });

  it('is refused at once where it is a pipe, a folder, or larger than it may be', async () => {
    execFileSync('mkfifo', [at('allowed/pipe')]);
    await writeFile(at('allowed/large'), Buffer.alloc(65_537));
    for (const name of ['allowed/pipe', 'allowed', 'allowed/large'])
      await expect(read(name), name).rejects.toMatchObject({ reason: 'setting_wrong', about: 'auth.file' });
    expect((await read('allowed/large', 65_537)).contents.byteLength).toBe(65_537);
    await appendFile(at('allowed/large'), 'x');
    await expect(read('allowed/large', 65_537)).rejects.toMatchObject({ reason: 'setting_wrong' });
  });

  it('comes to an adapter through its host, from the paths that the server allows', async () => {
    const hosted = hostScripted(
      (_, host) =>
        scriptedBackend({
          read: async () => [valueOf((await host.readFile('auth.file', at('allowed/token'))).contents.text() ?? '')],
        }),
      { host: { ambient: { credentials: false, paths: [at('allowed')] } } },
    );
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['canary-token\n']);
  });
});
