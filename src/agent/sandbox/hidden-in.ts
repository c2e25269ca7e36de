import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { PrivatePlace } from '../project-view/private-places.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';

/** Home folders of some system users, such as `daemon`. */
const programFolders = new Set(['/usr/bin', '/usr/sbin', '/bin', '/sbin']);

/** Mounts that hide everything private in a folder of this machine that a sandbox shows. */
export function hiddenIn(folder: string, hidden: readonly PrivatePlace[]): readonly ProjectMount[] {
  const real = realPath(folder);
  if (real === undefined) return [];
  return hidden
    .filter(({ path }) => path.startsWith(`${real}${sep}`) && !programFolders.has(path) && realPath(path) !== undefined)
    .map(({ path, isFolder }) => ({
      path: `${folder}${path.slice(real.length)}`,
      as: isFolder ? 'empty folder' : 'empty file',
    }));
}

/** Undefined if nothing is there. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
