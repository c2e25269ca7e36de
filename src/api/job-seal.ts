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
 * fresh random nonce per answer. The associated data binds the values to their job and keys, so that none can be passed
 * off as another.
 */
const nonceBytes = 12;
const tagBytes = 16;
const lengthBytes = 4;
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

/** Seals the values of one answer together: a sealing costs the same for one value and for many. */
export function sealForJob(
  sessionKey: KeyObject,
  jobId: string,
  values: readonly (readonly [key: string, value: SecretValue])[],
): Buffer {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', sessionKey, nonce, { authTagLength: tagBytes });
  cipher.setAAD(
    associatedData(
      jobId,
      values.map(([key]) => key),
    ),
  );
  const plain = joined(values.map(([, value]) => value.bytes()));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  plain.fill(0);
  return sealed;
}

/**
 * @param keys in the order in which they were sealed
 * @returns their values, in that order
 * @throws Error if the bytes were not sealed for this job and these keys
 */
export function openForJob(
  sessionKey: KeyObject,
  jobId: string,
  keys: readonly string[],
  sealed: Uint8Array,
): readonly SecretValue[] {
  if (sealed.byteLength < nonceBytes + tagBytes)
    throw new RangeError('sealed values are longer than their nonce and tag');
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associatedData(jobId, keys));
  decipher.setAuthTag(sealed.subarray(sealed.byteLength - tagBytes));
  const plain = decipher.update(sealed.subarray(nonceBytes, sealed.byteLength - tagBytes));
  try {
    decipher.final();
    return parted(plain);
  } finally {
    plain.fill(0);
  }
}

/** Drawn many at once, since a call costs more than what it returns: no part is ever given twice. */
const noncesAtOnce = 256;
let nonces = Buffer.alloc(0);

function freshNonce(): Buffer {
  if (nonces.byteLength === 0) nonces = randomBytes(nonceBytes * noncesAtOnce);
  const nonce = nonces.subarray(0, nonceBytes);
  nonces = nonces.subarray(nonceBytes);
  return nonce;
}

/** Each value behind its length. */
function joined(values: readonly Uint8Array[]): Buffer {
  const all = Buffer.alloc(values.reduce((sum, { byteLength }) => sum + lengthBytes + byteLength, 0));
  let at = 0;
  for (const value of values) {
    at = all.writeUInt32BE(value.byteLength, at);
    all.set(value, at);
    at += value.byteLength;
    value.fill(0);
  }
  return all;
}

function parted(all: Buffer): readonly SecretValue[] {
  const values = new Array<SecretValue>();
  for (let at = 0; at < all.byteLength;) {
    const start = at + lengthBytes;
    at = start + all.readUInt32BE(at);
    values.push(SecretValue.fromBytes(all.subarray(start, at)));
  }
  return values;
}

function associatedData(jobId: string, keys: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(['kici job values v2', jobId, keys]));
}
