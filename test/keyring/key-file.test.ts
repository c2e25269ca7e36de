import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyFromFile } from '../../src/keyring/key-encryption-key.ts';
import { temporaryFolder } from './support.ts';

describe('a key file', () => {
  it('is made once, for its owner alone, in a folder for its owner alone, and leaves no draft behind', async () => {
    const file = join(await temporaryFolder(), 'kici', 'secret.key');
    const first = await keyFromFile(file, true);
    const second = await keyFromFile(file, true);
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.key.id).toBe(first.key.id);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(file, '..'))).toEqual(['secret.key']);
    expect(await readFile(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('is the same for all who make it at once', async () => {
    const file = join(await temporaryFolder(), 'secret.key');
    const files = await Promise.all(Array.from({ length: 8 }, () => keyFromFile(file, true)));
    expect(new Set(files.map(({ key }) => key.id)).size).toBe(1);
    expect(files.filter(({ created }) => created).length).toBe(1);
  });

  it('is not made where that is not asked for', async () => {
    const file = join(await temporaryFolder(), 'secret.key');
    await expect(keyFromFile(file, false)).rejects.toMatchObject({
      code: 'cannot_read_key',
      message: expect.stringContaining('ENOENT'),
    });
  });

  it.each(['', 'half a key'])('that holds "%s" is refused and left as it is', async (text) => {
    const file = join(await temporaryFolder(), 'secret.key');
    await writeFile(file, text);
    await expect(keyFromFile(file, true)).rejects.toMatchObject({ code: 'malformed_key' });
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
