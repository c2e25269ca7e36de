import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../../terminal/errors.ts';

const placeholder = 'my-store';

/**
 * Writes a backend to start from into a new folder; nothing that exists is touched.
 * @returns the folder and its files
 * @throws CommandError
 */
export async function scaffold(name: string, parent: string): Promise<{ folder: string; files: readonly string[] }> {
  const template = join(import.meta.dirname, 'template');
  const folder = resolve(parent, name);
  const files = (await readdir(template)).toSorted();
  await makeFolder(folder);
  try {
    await Promise.all(files.map(async (file) => {
      const text = await readFile(join(template, file), 'utf8');
      await writeFile(join(folder, file), text.replaceAll(placeholder, name), { flag: 'wx' });
    }));
  } catch {
    await rm(folder, { recursive: true, force: true });
    throw new CommandError('cannot_write', `cannot write into ${JSON.stringify(folder)}`, 'check the space on the disk and the permissions; nothing was left behind');
  }
  return { folder, files };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') throw new CommandError('cannot_write', `${JSON.stringify(folder)} exists`, 'choose another name, or remove it');
    throw new CommandError('cannot_write', `cannot make the folder ${JSON.stringify(folder)} (${String(code)})`, 'check the path and its permissions');
  }
}
