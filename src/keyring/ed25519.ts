import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** DER prefix of a PKCS #8 key of Ed25519 (RFC 8410); 32 bytes follow, and any 32 bytes are a valid key. */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicBytes = 32;

/** The signing key of a data key's 32 bytes. */
export function ed25519Key(secret: KeyObject): SigningKey {
  const bytes = secret.export();
  const der = Buffer.concat([privatePrefix, bytes]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  bytes.fill(0);
  der.fill(0);
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-publicBytes);
  return { publicKey, sign: (message) => sign(null, message, privateKey) };
}
