import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileProblem, readPlainFile } from '../files/plain-file.ts';
import { createFile, sweepDrafts } from '../files/replace-file.ts';
import { decrypt, encrypt } from './envelope.ts';
import { KeyringError } from './keyring-error.ts';
import { parseKeyText } from './key-text.ts';

/** Wraps data keys; a key service can implement it. */
export interface KeyEncryptionKey {
  /** Identifies the key without revealing anything about it. */
  readonly id: string;
  wrap(key: Uint8Array, associated: readonly string[]): Promise<Uint8Array>;
  /** `undefined` if the bytes were not wrapped by this key. */
  unwrap(wrapped: Uint8Array, associated: readonly string[]): Promise<Uint8Array | undefined>;
}

/** @throws KeyringError `malformed_key` */
export function keyFromText(text: string, source: string): KeyEncryptionKey {
  const bytes = parseKeyText(text.trim());
  if (bytes === undefined)
    throw new KeyringError(
      'malformed_key',
      `${source} is not a key`,
      'a key is 64 hex digits or the base64 of 32 bytes; make one with `openssl rand -hex 32`',
    );
  const key = createSecretKey(bytes);
  const id = createHmac('sha256', key).update('kici key-encryption key id').digest('hex').slice(0, 16);
  bytes.fill(0);
  return {
    id,
    wrap: async (plain, associated) => encrypt(key, plain, associated),
    unwrap: async (wrapped, associated) => decrypt(key, wrapped, associated),
  };
}

export interface KeyFile {
  readonly key: KeyEncryptionKey;
  /** True if the file did not exist and was made. */
  readonly created: boolean;
}

/**
 * Reads the key from a file, or makes the file with mode 0600 if `create` allows it.
 * @throws KeyringError `malformed_key`, `cannot_read_key`
 */
export async function keyFromFile(file: string, create: boolean): Promise<KeyFile> {
  let bytes: Buffer;
  let created = false;
  try {
    if (create) created = await makeKeyFile(file);
    bytes = await readPlainFile(file, { maxBytes, links: 'follow' });
  } catch (error) {
    throw new KeyringError(
      'cannot_read_key',
      `cannot use the key file ${file} (${fileProblem(error)})`,
      'check the path and its permissions, or set KICI_SECRET_KEY',
    );
  }
  const key = keyFromText(bytes.toString('utf8'), file);
  bytes.fill(0);
  return { key, created };
}

/** A key, with room for white space around it. */
const maxBytes = 4_096;

/** False if the file exists. It appears whole or not at all: half a key would lock everybody out. */
async function makeKeyFile(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  sweepDrafts(file);
  return createFile(file, `${randomBytes(32).toString('hex')}\n`);
}
