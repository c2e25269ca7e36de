import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every plain file of a folder. */
export async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) =>
      (await lstat(join(folder, name))).isFile() ? [[name, await readFile(join(folder, name), 'utf8')] as const] : [],
    ),
  );
  return Object.fromEntries(files.flat());
}
