import { sign, type KeyObject } from 'node:crypto';
import { curveKeyPair } from './curve-key.ts';

export interface SigningKey {
  /** 32 bytes, of Ed25519. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** The signing key of a data key's 32 bytes. */
export function signingKey(secret: KeyObject): SigningKey {
  const { publicKey, privateKey } = curveKeyPair('ed25519', secret);
  return { publicKey, sign: (message) => sign(null, message, privateKey) };
}
