import { createHash } from 'node:crypto';
import { constants, lstat, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  answerLimits,
  BackendError,
  type AmbientAccess,
  type FailureCode,
  type ScopePath,
} from '@kici-dev/secret-backend';
import { allExtensions, formatOf, type Format } from '../documents/formats.ts';
import { codeOfFileError, isAllowed } from './allowed.ts';

/** An encrypted file, as it was at one moment. */
export interface DocumentFile {
  /** With links followed, so that a change replaces the file and not a link to it. */
  readonly path: string;
  readonly format: Format;
  readonly bytes: Buffer;
  readonly mode: number;
  /** Of these bytes. */
  readonly version: string;
  /** RFC 3339. */
  readonly updatedAt: string;
}

/**
 * The file of a scope; undefined where there is none.
 * @throws BackendError `ambiguous` where files of several formats have its name
 */
export async function openScope(
  folder: string,
  scope: ScopePath,
  ambient: AmbientAccess,
): Promise<DocumentFile | undefined> {
  const files = await Promise.all(
    allExtensions.map((extension) => openFile(join(folder, `${scope}${extension}`), ambient)),
  );
  const [file, second] = files.filter((one) => one !== undefined);
  if (second !== undefined) throw new BackendError('ambiguous', { detail: 'two files differ only in their extension' });
  return file;
}

/** @returns undefined where there is no such file */
export async function openFile(name: string, ambient: AmbientAccess): Promise<DocumentFile | undefined> {
  try {
    const path = await realpath(name);
    if (!(await isAllowed(path, ambient)))
      throw new BackendError('permission_denied', {
        reason: 'read_refused',
        detail: "a link leads out of what the server's configuration allows",
      });
    return await readWhole(name, path);
  } catch (error) {
    if (BackendError.is(error)) throw error;
    const code = codeOfFileError(error);
    if (code === undefined)
      return (await isDangling(name)) ? fail('unreachable', 'a link leads to nothing') : undefined;
    return fail(code, 'the machine refused to open a document');
  }
}

async function readWhole(name: string, path: string): Promise<DocumentFile> {
  // Opening a pipe would wait for whoever writes to it.
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) return fail('wrong_shape', 'a name of a document leads to something else than a file');
  if (stats.size > answerLimits.bytes.value)
    return fail('too_large', `a document has at most ${answerLimits.bytes.value} bytes, and this one has more`);
  const bytes = await file.readFile();
  return {
    path,
    format: formatOf(name) ?? 'yaml',
    bytes,
    mode: stats.mode & 0o777,
    version: versionOf(bytes),
    updatedAt: stats.mtime.toISOString(),
  };
}

export function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** A link whose target is away for a moment is no proof that there is nothing. */
async function isDangling(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  );
}

function fail(code: FailureCode, detail: string): never {
  throw new BackendError(code, { ...(code === 'permission_denied' && { reason: 'read_refused' as const }), detail });
}
