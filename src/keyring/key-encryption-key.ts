import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decrypt, encrypt } from './envelope.ts';
import { KeyringError } from './errors.ts';
import { parseKeyText } from './key-text.ts';

/** What wraps data keys; a key service can stand behind it. */
export interface KeyEncryptionKey {
  /** Tells keys apart without saying anything of them. */
  readonly id: string;
  wrap(key: Uint8Array, associated: readonly string[]): Promise<Uint8Array>;
  /** `undefined` when the bytes were not wrapped by this key. */
  unwrap(wrapped: Uint8Array, associated: readonly string[]): Promise<Uint8Array | undefined>;
}

/** @throws KeyringError `malformed_key` */
export function keyFromText(text: string, source: string): KeyEncryptionKey {
  const bytes = parseKeyText(text.trim());
  if (bytes === undefined)
    throw new KeyringError(
      'malformed_key',
      `${source} is no key`,
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
  /** True when there was no file and one was made. */
  readonly created: boolean;
}

/**
 * Reads the key of a file, or makes the file with mode 0600 when `create` allows it.
 * @throws KeyringError `malformed_key`, `cannot_read_key`
 */
export async function keyFromFile(file: string, create: boolean): Promise<KeyFile> {
  let text: string;
  let created = false;
  try {
    if (create) created = await makeKeyFile(file);
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw cannotRead(file, error);
  }
  return { key: keyFromText(text, file), created };
}

/** False when there is a file. It appears whole or not at all: half a key would lock everybody out. */
async function makeKeyFile(file: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await handle.sync();
    await link(draft, file);
    // A file whose name is lost in a power failure is lost.
    await using folder = await open(dirname(file), 'r');
    await folder.sync();
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await handle.close();
    await rm(draft);
  }
}

function cannotRead(file: string, error: unknown): KeyringError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return new KeyringError(
    'cannot_read_key',
    `cannot use the key file ${file} (${reason})`,
    'check the path and its permissions, or set KICI_SECRET_KEY',
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
