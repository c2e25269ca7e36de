import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { localCertificateLink, localTokenFile } from '../../api/local-credentials.ts';
import type { Application } from '../../composition/application.ts';
import type { ServerSettings } from '../../composition/settings.ts';
import { fileProblem, readPlainFile } from '../../files/plain-file.ts';
import { replaceFile, sweepDrafts } from '../../files/replace-file.ts';
import { CommandError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';

/** A token is never longer. */
const maxBytes = 4_096;

/**
 * Leaves an owner's token where only the user who started the server can read it, so that this user needs no flag and
 * no variable, and trusts the certificate that the server has.
 */
export async function keepLocalToken(
  application: Application,
  { host, tls }: Pick<ServerSettings, 'host' | 'tls'>,
  environment: Io['environment'],
): Promise<void> {
  const file = localTokenFile(reachableUrl(application.url, host), environment);
  try {
    const known = await readPlainFile(file, { maxBytes }).catch(() => undefined);
    const token = await application.localToken(known?.toString('utf8').trim());
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    sweepDrafts(file);
    await linkCertificate(localCertificateLink(file), tls);
    replaceFile(file, `${token}\n`);
  } catch (error) {
    throw new CommandError(
      'cannot_write',
      `cannot write the local token ${file} (${fileProblem(error)})`,
      "check the folder's permissions, or set XDG_CONFIG_HOME to one that can be written",
    );
  }
}

/** A link rather than a copy, so that a renewed certificate is the one that is trusted. */
async function linkCertificate(link: string, tls: ServerSettings['tls']): Promise<void> {
  await rm(link, { force: true });
  if (tls !== undefined) await symlink(resolve(tls.certFile), link);
}

/** The server's own user reaches a server on every address through the loopback. */
function reachableUrl(url: string, host: string): string {
  return host === '0.0.0.0' || host === '::' ? `${new URL(url).protocol}//127.0.0.1:${new URL(url).port}` : url;
}
