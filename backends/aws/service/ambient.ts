import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { BackendError, wrongSetting, type AmbientAccess } from '@kici-dev/secret-backend';
import type { CredentialSource } from './access-config.ts';

/**
 * What the settings want of the server's own surroundings must be allowed by the server's configuration.
 * @throws BackendError `misconfigured`
 */
export function requireAmbient(source: CredentialSource, ambient: AmbientAccess): void {
  if (source.method === 'keys') return;
  if (!ambient.credentials) {
    throw new BackendError('misconfigured', {
      reason: 'setting_not_allowed',
      about: 'auth.method',
      detail: `auth.method ${source.method} uses credentials of the machine, which the server's configuration does not allow`,
    });
  }
  const named = pathOf(source);
  if (
    named !== undefined &&
    !isBelow(
      resolve(named.path),
      ambient.paths.map((allowed) => resolve(allowed)),
    )
  )
    throw notAllowed(named.setting, named.path);
}

/**
 * The file behind the path, with links followed, which must be allowed too.
 * @param setting that names the path
 * @throws BackendError `misconfigured`
 */
export async function allowedFile(setting: string, path: string, { paths }: AmbientAccess): Promise<string> {
  const real = (file: string): Promise<string | undefined> => realpath(file).catch(() => undefined);
  const file = await real(path);
  if (file === undefined) throw wrongSetting(setting, `the file ${path} cannot be opened`);
  const allowed = await Promise.all(paths.map(real));
  if (
    !isBelow(
      file,
      allowed.filter((folder) => folder !== undefined),
    )
  )
    throw notAllowed(setting, path);
  // Opening a pipe would wait for whoever writes to it, and with it everybody who waits for the sign-in.
  const isRegular = await stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isRegular) throw wrongSetting(setting, `${path} is not a regular file`);
  return file;
}

function pathOf(source: CredentialSource): { readonly setting: string; readonly path: string } | undefined {
  if (source.method === 'web-identity') return { setting: 'auth.tokenFile', path: source.tokenFile };
  return source.method === 'profile' && source.credentialsFile !== undefined
    ? { setting: 'auth.credentialsFile', path: source.credentialsFile }
    : undefined;
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const below = relative(folder, path);
    return below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  });
}

function notAllowed(setting: string, path: string): BackendError {
  return new BackendError('misconfigured', {
    reason: 'setting_not_allowed',
    about: setting,
    detail: `the path ${path} is not below one that the server's configuration allows`,
  });
}
