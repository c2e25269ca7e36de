import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { BackendError, type SecretValue } from '@kici-dev/secret-backend';

/** A file system in memory (Linux, tmpfs). */
const memoryFolder = '/dev/shm';

/**
 * An open file without a name that holds the key: the name is removed before the key is written, and the file vanishes
 * with its last descriptor. A pipe would not do, since sops reads the key once per recipient of a file.
 */
export async function openKey(key: SecretValue): Promise<FileHandle> {
  const name = `${memoryFolder}/kici-${randomUUID()}`;
  let handle: FileHandle;
  try {
    handle = await open(name, 'wx', 0o600);
  } catch {
    throw new BackendError('misconfigured', {
      detail: `the age key cannot be handed to sops: ${memoryFolder} cannot be written, and this backend needs it`,
    });
  }
  try {
    await unlink(name);
    await handle.writeFile(key.bytes());
    return handle;
  } catch {
    await handle.close();
    throw new BackendError('server_error', { detail: `${memoryFolder} did not take the age key` });
  }
}
