import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const formatVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;
/** UTF-8 needs no more for a unit of UTF-16. */
const mostBytesOfUnit = 3;

/**
 * AES-256-GCM with a fresh random 96-bit nonce. Layout: format version, nonce, ciphertext, tag. The associated data is
 * not stored: whoever decrypts must know it.
 */
export function encrypt(key: KeyObject, plaintext: Uint8Array, associated: readonly string[]): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(encodeParts(associated));
  return Buffer.concat([
    Uint8Array.of(formatVersion),
    nonce,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

/** `undefined` if bytes, key and associated data do not belong together. */
export function decrypt(key: KeyObject, sealed: Uint8Array, associated: readonly string[]): Buffer | undefined {
  if (sealed.byteLength < 1 + nonceBytes + tagBytes || sealed[0] !== formatVersion) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(encodeParts(associated));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - tagBytes));
  const plain = decipher.update(sealed.subarray(1 + nonceBytes, sealed.byteLength - tagBytes));
  try {
    // In this mode it returns nothing more, and throws unless all is right.
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
}

/** Length-prefixed, so that no two lists share an encoding; the format version goes first. */
export function encodeParts(parts: readonly string[]): Uint8Array {
  const all = [String(formatVersion), ...parts];
  let most = 0;
  for (const part of all) most += lengthBytes + mostBytesOfUnit * part.length;
  const encoded = Buffer.allocUnsafe(most);
  let at = 0;
  for (const part of all) {
    const bytes = encoded.write(part, at + lengthBytes);
    encoded.writeUInt32BE(bytes, at);
    at += lengthBytes + bytes;
  }
  return encoded.subarray(0, at);
}
