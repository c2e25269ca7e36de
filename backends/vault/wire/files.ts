import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { BackendError, wrongSetting, type BackendHost } from '@kici-dev/secret-backend';
import type { Source } from '../config.ts';
import type { SettingName } from '../settings.ts';

/** The setting that a source was given in. */
export function settingOf(source: Source, inline: SettingName): SettingName {
  return 'inline' in source ? inline : source.setting;
}

/** More than any list of authorities has. */
const maxBytes = 1_048_576;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a setting or of the file that it names. Links are followed before the path is compared with what
 * the server's configuration allows.
 * @throws BackendError `misconfigured`
 */
export async function readSource(source: Source, host: BackendHost): Promise<string> {
  if ('inline' in source) return source.inline.text() ?? '';
  const refuse = (why: string): BackendError => wrongSetting(source.setting, `${source.setting} ${why}`);
  const path = await realpath(resolve(source.file)).catch(() => undefined);
  const roots = await Promise.all(host.ambient.paths.map((root) => realpath(resolve(root)).catch(() => undefined)));
  const allowed = roots.some((root) => root !== undefined && path !== undefined && isBelow(path, root));
  // Whether a file exists is told only where it may be opened.
  if (path === undefined || !allowed)
    throw new BackendError('misconfigured', {
      reason: 'setting_not_allowed',
      about: source.setting,
      detail: `${source.setting} names no file that the server's configuration lets backends open`,
    });
  const bytes = await readPlainFile(path).catch(() => undefined);
  if (bytes === undefined) throw refuse('names a file that cannot be read, or is not a plain file of at most 1 MiB');
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw refuse('names a file that is not UTF-8 text');
  }
}

/** A pipe is not waited for, and of a file that grows no more is read than fits. */
async function readPlainFile(path: string): Promise<Uint8Array | undefined> {
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

/** A name may begin with two dots, as those do that Kubernetes makes for a mounted volume. */
function isBelow(path: string, root: string): boolean {
  const between = relative(root, path);
  return between !== '..' && !between.startsWith(`..${sep}`) && !isAbsolute(between);
}
