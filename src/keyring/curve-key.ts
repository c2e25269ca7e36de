import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface CurveKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** DER prefixes of PKCS #8 keys (RFC 8410); 32 bytes follow, and any 32 bytes are a valid key. */
const privatePrefixes = {
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  x25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
};
const publicBytes = 32;

/** The key pair that a data key's 32 bytes are. */
export function curveKeyPair(curve: keyof typeof privatePrefixes, secret: KeyObject): CurveKeyPair {
  const bytes = secret.export();
  const der = Buffer.concat([privatePrefixes[curve], bytes]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  bytes.fill(0);
  der.fill(0);
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-publicBytes);
  return { publicKey, privateKey };
}
