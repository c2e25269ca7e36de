import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface EntryKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** DER prefix of a PKCS #8 key of X25519 (RFC 8410); 32 bytes follow, and any 32 bytes are a valid key. */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicBytes = 32;

/** The key pair for value entry, derived from a data key's 32 bytes. */
export function x25519KeyPair(secret: KeyObject): EntryKeyPair {
  const bytes = secret.export();
  const der = Buffer.concat([privatePrefix, bytes]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  bytes.fill(0);
  der.fill(0);
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-publicBytes);
  return { publicKey, privateKey };
}
