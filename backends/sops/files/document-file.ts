import { createHash } from 'node:crypto';
import { constants, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  answerLimits,
  BackendError,
  type AmbientAccess,
  type FailureCode,
  type ScopePath,
} from '@kici-dev/secret-backend';
import { allExtensions, formatOf, type Format } from '../documents/formats.ts';
import { codeOfFileError } from './allowed.ts';
import { folderOf, realOf, requireAllowed } from './folder-of.ts';

/** An encrypted file, as it was at one moment. */
export interface DocumentFile {
  /** Links resolved, so that a change replaces the file and not a link to it. */
  readonly path: string;
  readonly format: Format;
  readonly bytes: Buffer;
  readonly mode: number;
  /** A hash of these bytes. */
  readonly version: string;
  /** RFC 3339. */
  readonly updatedAt: string;
}

/**
 * The file of a scope; undefined if there is none.
 * @throws BackendError `ambiguous` if files of several formats have its name
 */
export async function openScope(
  folder: string,
  scope: ScopePath,
  ambient: AmbientAccess,
): Promise<DocumentFile | undefined> {
  const within = await folderOf(folder, scope, ambient);
  if (within === undefined) return undefined;
  const files = await Promise.all(
    allExtensions.map((extension) => openFile(join(within, `${basename(scope)}${extension}`), ambient)),
  );
  const [file, second] = files.filter((one) => one !== undefined);
  if (second !== undefined) throw new BackendError('ambiguous', { detail: 'two files differ only in their extension' });
  return file;
}

async function openFile(name: string, ambient: AmbientAccess): Promise<DocumentFile | undefined> {
  const path = await realOf(name);
  if (path === undefined) return undefined;
  await requireAllowed(path, ambient);
  try {
    return await readWhole(name, path);
  } catch (error) {
    if (BackendError.is(error)) throw error;
    return fail(codeOfFileError(error) ?? 'unreachable', 'the machine refused to open a document');
  }
}

async function readWhole(name: string, path: string): Promise<DocumentFile> {
  // Opening a pipe would wait for its writer.
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

function fail(code: FailureCode, detail: string): never {
  throw new BackendError(code, { ...(code === 'permission_denied' && { reason: 'read_refused' as const }), detail });
}
