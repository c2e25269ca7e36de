import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { BackendError, quote, SecretValue, wrongSetting, type BackendHost } from '@kici-dev/secret-backend';

/** Larger than any token, key or credentials file. */
const maxCredentialBytes = 65_536;

/** @param roots the paths that the server's configuration lets settings name */
export function createFileReader(roots: readonly string[]): BackendHost['readFile'] {
  return async (setting, path, maxBytes = maxCredentialBytes) => {
    const real = await realPath(path);
    const allowed = await Promise.all(roots.map(realPath));
    // Whether a file exists is revealed only where it may be opened.
    if (real === undefined || !allowed.some((root) => root !== undefined && isBelow(real, root)))
      throw new BackendError('misconfigured', {
        reason: 'setting_not_allowed',
        about: setting,
        detail: `${setting} names ${quote(path)}, which is not a file below a path that the server's configuration allows`,
      });
    const bytes = await readPlainFile(real, maxBytes).catch(() => undefined);
    if (bytes === undefined)
      throw wrongSetting(
        setting,
        `${setting} names ${quote(path)}, which cannot be read, or is not a plain file of at most ${maxBytes} bytes`,
      );
    return { path: real, contents: SecretValue.fromBytes(bytes) };
  };
}

function realPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** A name may begin with two dots, as those do that Kubernetes makes for a mounted volume. */
function isBelow(path: string, root: string): boolean {
  const between = relative(root, path);
  return between !== '..' && !between.startsWith(`..${sep}`) && !isAbsolute(between);
}

/** Does not wait for a pipe, and reads no more of a growing file than fits. */
async function readPlainFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > maxBytes) return undefined;
    const bytes = Buffer.alloc(maxBytes + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, 0);
    return bytesRead > maxBytes || bytesRead < status.size ? undefined : bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
