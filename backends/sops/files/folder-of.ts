import { lstat, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError, type AmbientAccess, type FailureCode, type ScopePath } from '@kici-dev/secret-backend';
import { codeOfFileError, isAllowed } from './allowed.ts';

/**
 * The folder that holds a scope's file, with links resolved one by one; undefined if there is none.
 * @throws BackendError `permission_denied` if a link leads out of what is allowed, `unreachable` if it leads to nothing
 */
export async function folderOf(folder: string, scope: ScopePath, ambient: AmbientAccess): Promise<string | undefined> {
  return descend(folder, scope, ambient, async () => undefined);
}

/** The same, created if missing. */
export async function createFolderOf(folder: string, scope: ScopePath, ambient: AmbientAccess): Promise<string> {
  const made = await descend(folder, scope, ambient, async (path) => {
    // Somebody else may create it at the same time.
    await mkdir(path).catch(() => undefined);
    return realpath(path).catch(() => refuse('permission_denied', 'write_refused', 'the folder cannot be written to'));
  });
  return made ?? folder;
}

async function descend(
  folder: string,
  scope: ScopePath,
  ambient: AmbientAccess,
  missing: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  let at = folder;
  for (const segment of scope.split('/').slice(0, -1)) {
    const path = join(at, segment);
    // oxlint-disable-next-line no-await-in-loop -- each lies in the previous one
    const next = (await realOf(path)) ?? (await missing(path));
    if (next === undefined) return undefined;
    // oxlint-disable-next-line no-await-in-loop
    await requireAllowed(next, ambient);
    at = next;
  }
  return at;
}

/** Links resolved; undefined if nothing is there. */
export async function realOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = codeOfFileError(error);
    if (code !== undefined) return refuse(code, 'read_refused', 'the machine refused to open a document');
    const stats = await lstat(path).catch(() => undefined);
    // A link whose target is away for a moment does not prove absence.
    if (stats?.isSymbolicLink() === true) return refuse('unreachable', 'read_refused', 'a link leads to nothing');
    // Anything else has appeared between the two looks.
    return stats === undefined ? undefined : realpath(path).catch(() => undefined);
  }
}

export async function requireAllowed(realPath: string, ambient: AmbientAccess): Promise<void> {
  if (!(await isAllowed(realPath, ambient)))
    refuse('permission_denied', 'read_refused', "a link leads out of what the server's configuration allows");
}

function refuse(code: FailureCode, reason: 'read_refused' | 'write_refused', detail: string): never {
  throw new BackendError(code, { ...(code === 'permission_denied' && { reason }), detail });
}
