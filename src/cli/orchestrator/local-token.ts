import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { localTokenFile } from '../../api/local-credentials.ts';
import type { Application } from '../../composition/application.ts';
import { CommandError } from '../terminal/errors.ts';
import type { Io } from '../terminal/io.ts';

/**
 * Leaves an owner's token where only the user who started the server can read it, so that the same user needs
 * no flag and no variable.
 */
export async function keepLocalToken(
  application: Application,
  host: string,
  environment: Io['environment'],
): Promise<void> {
  const file = localTokenFile(reachableUrl(application.url, host), environment);
  try {
    const known = await readFile(file, 'utf8').catch(() => undefined);
    const token = await application.localToken(known?.trim());
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const fresh = `${file}.${randomUUID()}`;
    await writeFile(fresh, `${token}\n`, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new CommandError(
      'cannot_write',
      `cannot write the local token ${file} (${reason})`,
      "check the folder's permissions, or set XDG_CONFIG_HOME to one that can be written",
    );
  }
}

/** A server on every address is reached by its own user through the loopback. */
function reachableUrl(url: string, host: string): string {
  return host === '0.0.0.0' || host === '::' ? `http://127.0.0.1:${new URL(url).port}` : url;
}
