import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';

const pattern = /^kici-(?:step|exchange)-[0-9a-f]{32}$/;
const containerPattern = /^kici-container-[0-9a-f]{32}$/;

/** A name that nobody can guess but a sweep recognizes. */
export function temporaryName(kind: 'step' | 'exchange' | 'container'): string {
  return `kici-${kind}-${randomBytes(16).toString('hex')}`;
}

export function isTemporaryFolder(path: string): boolean {
  return isAbsolute(path) && pattern.test(basename(path));
}

/** Where a step's commands write variables, given the step's exchange folder. */
export function envFile(folder: string): string {
  return join(folder, 'env');
}

export function isContainerName(name: string): boolean {
  return containerPattern.test(name);
}

/** Resolves when nothing is left, whatever a step did to the folder; a link in its place is removed, not followed. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!(await lstat(path)).isDirectory()) throw error;
    await removeLevels(path);
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
