import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStorage } from '../../src/composition/storage.ts';

it('a data folder that cannot be made is named, also where a server has the database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-storage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'taken');
  await writeFile(file, 'a file, not a folder');
  for (const dataDir of [file, join(file, 'below'), '/proc/self/kici'])
    for (const database of [undefined, { url: 'postgres://nobody@127.0.0.1:9/none' }])
      await expect(openStorage({ dataDir, database })).rejects.toMatchObject({
        code: 'cannot_open',
        message: expect.stringContaining(dataDir),
        hint: expect.stringContaining('KICI_DATA_DIR'),
      });
  expect(await readFile(file, 'utf8')).toBe('a file, not a folder');
});
