import { resolve, sep } from 'node:path';
import { UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';
import { explained } from './explained.ts';
import { storageOf } from './storage.ts';

/** Wraps the data keys with the key of another file. */
export async function rotateKey(
  configuration: Configuration,
  newKeyFile: string,
  json: boolean,
  io: Io,
): Promise<void> {
  const storage = storageOf(configuration);
  const { dataDir, database, key } = storage;
  const file = resolve(newKeyFile);
  if (file.startsWith(`${dataDir}${sep}`))
    throw new UsageError(
      `the key file ${file} would be stored next to the data`,
      'anyone with both has the secrets: choose a file outside the data folder',
    );
  const { rotateKey: rotate } = await import('../../composition/rotate-key.ts');
  // The key in use must exist; a new one could not open anything.
  const rotation = await explained(() =>
    rotate({ ...storage, key: key.kind === 'file' ? { ...key, create: false } : key }, file),
  );
  if (json) {
    io.stdout.write(`${JSON.stringify({ newKeyFile: file, ...rotation })}\n`);
    return;
  }
  const made = rotation.createdKeyFile ? ', which was created: back it up separately from the data' : '';
  io.stdout.write(
    `the data in ${database === undefined ? dataDir : 'the database'} is now under the key of ${file}${made}\n` +
      `start the orchestrator with KICI_SECRET_KEY_FILE=${file}${key.kind === 'file' ? `, or move that file to ${key.file}` : ' and without KICI_SECRET_KEY'}\n` +
      'keep the old key for as long as you keep backups that were made under it\n',
  );
}
