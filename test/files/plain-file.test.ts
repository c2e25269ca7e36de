import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileProblem, openPlainFile, readPlainFile, readPlainFileSync } from '../../src/files/plain-file.ts';

describe('a plain file', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const socket = createServer();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plain-'));
    await writeFile(at('file'), 'twelve bytes');
    await mkdir(at('folder'));
    await symlink(at('file'), at('link'));
    execFileSync('mkfifo', [at('fifo')]);
    await new Promise<void>((resolve) => {
      socket.listen(at('socket'), resolve);
    });
  });

  afterAll(async () => {
    socket.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is read whole, up to its limit', async () => {
    expect(String(await readPlainFile(at('file'), { maxBytes: 12 }))).toBe('twelve bytes');
    expect(String(readPlainFileSync(at('file'), { maxBytes: 12 }))).toBe('twelve bytes');
    expect((await readPlainFile('/proc/self/stat', { maxBytes: 65_536 })).byteLength).toBeGreaterThan(0);
  });

  it('is refused when it has more', async () => {
    await expect(readPlainFile(at('file'), { maxBytes: 11 })).rejects.toMatchObject({
      code: 'file_too_large',
      message: 'has more than the allowed 11 bytes',
    });
    expect(() => readPlainFileSync(at('file'), { maxBytes: 11 })).toThrow('has more than the allowed 11 bytes');
  });

  it('is found through a link only where that is said', async () => {
    await expect(readPlainFile(at('link'), { maxBytes: 12 })).rejects.toMatchObject({ code: 'not_a_plain_file' });
    expect(String(await readPlainFile(at('link'), { maxBytes: 12, links: 'follow' }))).toBe('twelve bytes');
  });

  it.each([
    ['fifo', 'a FIFO'],
    ['folder', 'a folder'],
    ['socket', 'a socket'],
    ['link', 'a symbolic link'],
    ['/dev/null', 'a device'],
  ])('is no %s, and nobody waits for it to be read', async (name, kind) => {
    const path = name.startsWith('/') ? name : at(name);
    await expect(readPlainFile(path, { maxBytes: 12 })).rejects.toMatchObject({
      code: 'not_a_plain_file',
      message: expect.stringContaining(kind),
    });
    expect(() => readPlainFileSync(path, { maxBytes: 12 })).toThrow(kind);
  });

  it.each(['fifo', 'folder', 'socket'])('is no %s, and nobody waits for it to be written', async (name) => {
    const error: unknown = await openPlainFile(at(name), constants.O_WRONLY | constants.O_APPEND).catch(
      (reason: unknown) => reason,
    );
    expect(fileProblem(error)).toMatch(/^it is a .*, not a plain file$/);
  });

  it("keeps the system's own word where there is none", async () => {
    const error: unknown = await readPlainFile(at('none'), { maxBytes: 1 }).catch((reason: unknown) => reason);
    expect(fileProblem(error)).toBe('ENOENT');
  });
});
