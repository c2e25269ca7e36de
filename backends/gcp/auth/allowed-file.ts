import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { BackendError, quote, wrongSetting, SecretValue, type BackendHost } from '@kici-dev/secret-backend';

const maxBytes = 65_536;

/**
 * A file below one of the paths that the server allows, links resolved. Rejects with a `BackendError`.
 * @param setting that names the file
 */
export async function readAllowedFile(setting: string, path: string, { ambient }: BackendHost): Promise<SecretValue> {
  const real = await resolve(path);
  const roots = await Promise.all(ambient.paths.map(resolve));
  if (
    real === undefined ||
    !roots.some(
      (root) => root !== undefined && (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)),
    )
  ) {
    throw new BackendError('misconfigured', {
      reason: 'setting_not_allowed',
      about: setting,
      detail: `the file ${quote(path)} is not there, or not below a path that the server's configuration allows`,
    });
  }
  try {
    // Opening a pipe would wait for whoever writes to it.
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw wrongSetting(setting, `${quote(path)} is not a regular file`);
      const bytes = Buffer.alloc(maxBytes + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, 0);
      if (bytesRead > maxBytes) throw wrongSetting(setting, `the file ${quote(path)} is larger than any credential`);
      return SecretValue.fromBytes(bytes.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw BackendError.is(error) ? error : wrongSetting(setting, `the file ${quote(path)} cannot be read`);
  }
}

async function resolve(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
