import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BackendError } from '@kici-dev/secret-backend';
import { versionOf, type DocumentFile } from './document-file.ts';

/**
 * Changes a copy of an encrypted file, then puts it in the file's place, if that is still the one that was read.
 * Readers see the old file or the new one, never half of one.
 * @returns the version of the new file
 * @throws BackendError `conflict`
 */
export async function replaceFile(file: DocumentFile, change: (copy: string) => Promise<void>): Promise<string> {
  return withTemporary(file.path, file.mode, file.bytes, async (copy) => {
    await change(copy);
    const bytes = await readFile(copy);
    requireEncrypted(bytes);
    await sync(copy);
    const present = await readFile(file.path).catch(() => undefined);
    if (present === undefined || versionOf(present) !== file.version)
      throw new BackendError('conflict', { detail: 'the file was changed in the meantime' });
    await rename(copy, file.path);
    await sync(dirname(file.path));
    return versionOf(bytes);
  });
}

/** @throws BackendError `conflict` if a file of this name exists */
export async function createFile(path: string, bytes: Uint8Array): Promise<string> {
  return withTemporary(path, 0o600, bytes, async (copy) => {
    await sync(copy);
    await link(copy, path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
        throw new BackendError('conflict', { detail: 'the file was created in the meantime' });
      throw error;
    });
    await sync(dirname(path));
    return versionOf(bytes);
  });
}

/** In the same folder, under a name that lists ignore. Holds only encrypted data. */
async function withTemporary<T>(
  path: string,
  mode: number,
  bytes: Uint8Array,
  work: (copy: string) => Promise<T>,
): Promise<T> {
  const copy = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await using handle = await open(copy, 'wx', mode);
    await handle.chmod(mode);
    await handle.writeFile(bytes);
    return await work(copy);
  } catch (error) {
    if (BackendError.is(error)) throw error;
    throw new BackendError('permission_denied', { reason: 'write_refused', detail: 'the folder cannot be written to' });
  } finally {
    await unlink(copy).catch(() => undefined);
  }
}

/** Of a folder: that a name leads to another file now. */
async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** An empty document has a checksum anyway. */
function requireEncrypted(bytes: Buffer): void {
  if (!bytes.includes('ENC[')) throw new BackendError('bad_answer', { detail: 'sops left no encrypted document' });
}
