import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';

const pattern = /^kici-(?:step|exchange)-[0-9a-f]{32}$/;
const containerPattern = /^kici-container-[0-9a-f]{32}$/;

/** A name that nobody can guess and that a sweep recognises. */
export function temporaryName(kind: 'step' | 'exchange' | 'container'): string {
  return `kici-${kind}-${randomBytes(16).toString('hex')}`;
}

export function isTemporaryFolder(path: string): boolean {
  return isAbsolute(path) && pattern.test(basename(path));
}

/** Where the commands of a step write to, if the folder is its exchange. */
export function envFile(folder: string): string {
  return join(folder, 'env');
}

export function isContainerName(name: string): boolean {
  return containerPattern.test(name);
}

/** Resolves when nothing is left of it, whatever a step did to it; a link in its place is removed, not followed. */
export async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Folders that their owner may not change keep what is in them. */
async function openUp(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await openUp(join(path, entry.name));
}
