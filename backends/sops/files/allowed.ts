import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { BackendError, type AmbientAccess } from '@kici-dev/secret-backend';

/** Whether a path lies below one that the server's configuration allows, links resolved on both sides. */
export async function isAllowed(realPath: string, { paths }: AmbientAccess): Promise<boolean> {
  const allowed = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)));
  return allowed.some((folder) => folder !== undefined && isBelow(realPath, folder));
}

export function isBelow(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

export function notAllowed(setting: string, path: string): BackendError {
  return new BackendError('misconfigured', {
    reason: 'setting_not_allowed',
    about: setting,
    detail: `the path ${path} is not below one that the server's configuration allows`,
  });
}

/** The code for a file system error; `undefined` if it says that nothing is there. */
export function codeOfFileError(error: unknown): 'permission_denied' | 'unreachable' | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return code === 'EACCES' || code === 'EPERM' || code === 'ELOOP' ? 'permission_denied' : 'unreachable';
}
