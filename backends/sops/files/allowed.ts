import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { BackendError, type AmbientAccess } from '@kici-dev/secret-backend';

/** Whether a path is below one that the server's configuration allows. Both with their links followed. */
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

/** What an error of the file system means; `undefined` where it says that there is nothing. */
export function codeOfFileError(error: unknown): 'permission_denied' | 'unreachable' | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return code === 'EACCES' || code === 'EPERM' || code === 'ELOOP' ? 'permission_denied' : 'unreachable';
}
