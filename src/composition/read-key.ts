import { keyFromFile, keyFromText, type KeyFile } from '../keyring/key-encryption-key.ts';
import type { KeySource } from './settings.ts';

/**
 * The key-encryption key that the configuration names.
 * @throws KeyringError `malformed_key`, `cannot_read_key`
 */
export async function readKey(source: KeySource): Promise<KeyFile> {
  return source.kind === 'file'
    ? keyFromFile(source.file, source.create)
    : { key: keyFromText(source.text, source.name), created: false };
}
