import { randomBytes } from 'node:crypto';
import { chmod, lstat, rm } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { systemCode } from '../errors.ts';

const pattern = /^kici-(?:step|exchange)-[0-9a-f]{32}$/;
const containerPattern = /^kici-container-[0-9a-f]{32}$/;

/** A name that nobody can guess and that a sweep recognises. */
export function temporaryName(kind: 'step' | 'exchange' | 'container'): string {
  return `kici-${kind}-${randomBytes(16).toString('hex')}`;
}

export function isTemporaryFolder(path: string): boolean {
  return isAbsolute(path) && pattern.test(basename(path));
}

export function isContainerName(name: string): boolean {
  return containerPattern.test(name);
}

/** Resolves when nothing is left of it, whatever a step did to it; a link in its place is removed, not followed. */
export async function removeFolder(path: string): Promise<void> {
  try {
    const status = await lstat(path);
    if (status.isDirectory()) await chmod(path, 0o700);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  await rm(path, { recursive: true, force: true });
}
