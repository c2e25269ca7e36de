import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { SecretValue } from '@kici-dev/secret-backend';

/**
 * Seals values between orchestrator and agent: one X25519 agreement per job, HKDF-SHA-256 to an AES-256-GCM key, a
 * fresh random nonce per value. The associated data binds a value to its job and key, so that one sealed value cannot
 * be passed off as another.
 */
const nonceBytes = 12;
const tagBytes = 16;
/** DER prefix of an X25519 SubjectPublicKeyInfo (RFC 8410); the raw key follows. */
const x25519Prefix = Buffer.from('302a300506032b656e032100', 'hex');

/** One side's half of a job's key agreement, made for that job alone; the other side receives the public key. */
export interface SessionKeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export function createSessionKeyPair(): SessionKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(x25519Prefix.length), privateKey };
}

/**
 * Both sides derive the same key.
 * @param salt identifies the agreement: the job's id
 * @throws RangeError if the public key is not 32 bytes; Error if it is a point of small order
 */
export function deriveSessionKey(own: KeyObject, theirPublicKey: Uint8Array, salt: string): KeyObject {
  if (theirPublicKey.byteLength !== 32) throw new RangeError('an X25519 public key has 32 bytes');
  const publicKey = createPublicKey({
    key: Buffer.concat([x25519Prefix, theirPublicKey]),
    format: 'der',
    type: 'spki',
  });
  const shared = diffieHellman({ privateKey: own, publicKey });
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', shared, salt, 'kici job session v1', 32)));
  shared.fill(0);
  return key;
}

export function sealForJob(sessionKey: KeyObject, jobId: string, key: string, value: SecretValue): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', sessionKey, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(jobId, key));
  return Buffer.concat([nonce, cipher.update(value.bytes()), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if the bytes were not sealed for this job and key */
export function openForJob(sessionKey: KeyObject, jobId: string, key: string, sealed: Uint8Array): SecretValue {
  if (sealed.byteLength < nonceBytes + tagBytes)
    throw new RangeError('a sealed value is longer than its nonce and tag');
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associatedData(jobId, key));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - tagBytes));
  const bytes = Buffer.concat([
    decipher.update(sealed.subarray(nonceBytes, sealed.byteLength - tagBytes)),
    decipher.final(),
  ]);
  const value = SecretValue.fromBytes(bytes);
  bytes.fill(0);
  return value;
}

function associatedData(jobId: string, key: string): Buffer {
  return Buffer.from(JSON.stringify(['kici job value v1', jobId, key]));
}
