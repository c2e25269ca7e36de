import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { PrivatePlace } from '../project-view/private-places.ts';
import type { ProjectMount } from '../project-view/project-mount.ts';

/** Some users of the system, such as `daemon`, have one of them for a home. */
const programFolders = new Set(['/usr/bin', '/usr/sbin', '/bin', '/sbin']);

/** What goes over a folder of this machine that a sandbox shows, so that nothing private is seen in it. */
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

/** Undefined: there is nothing. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
