import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../agent-error.ts';

/**
 * Resolves when nothing is left of it, whatever a step did to it; a link in its place is removed, not followed.
 * @param usual names of files that are mostly all that is in it
 */
export async function removeFolder(path: string, usual: readonly string[] = []): Promise<void> {
  if (await removeUsual(path, usual)) return;
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!(await lstat(path)).isDirectory()) throw error;
    await removeLevels(path);
  }
}

/** One call, where `rm` looks at the file twice before; a file that is not there is removed. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
}

/** @returns whether it is gone */
async function removeUsual(path: string, names: readonly string[]): Promise<boolean> {
  try {
    if (!(await lstat(path)).isDirectory()) return false;
    await Promise.all(names.map(async (name) => removeFile(join(path, name))));
    await rmdir(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Folders without owner permissions cannot be emptied, and very deep ones have no usable path; so permissions are
 * restored and nested folders moved to the top, level by level.
 */
async function removeLevels(top: string): Promise<void> {
  for (let entries = await entriesOf(top); entries.length > 0; entries = await entriesOf(top)) {
    for (const { path, isFolder } of entries) {
      const folders = isFolder ? (await entriesOf(path)).filter((inner) => inner.isFolder) : [];
      for (const inner of folders) {
        await chmod(inner.path, 0o700);
        await rename(inner.path, join(top, randomBytes(16).toString('hex')));
      }
      await rm(path, { recursive: true, force: true });
    }
  }
  await rmdir(top);
}

async function entriesOf(folder: string): Promise<readonly { readonly path: string; readonly isFolder: boolean }[]> {
  await chmod(folder, 0o700);
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.map((entry) => ({ path: join(folder, entry.name), isFolder: entry.isDirectory() }));
}
