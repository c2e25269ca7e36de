import { formatScopeId, parseScopeId } from '@kici-dev/secret-backend';

/**
 * Seals values from their source to the orchestrator, so that proxies that end TLS cannot read them: X25519 with a
 * fresh key per value, HKDF-SHA-256, AES-256-GCM. Uses only WebCrypto, so that browsers and Node.js share it.
 */

/** Where a value belongs; it opens nowhere else. */
export interface EntryPlace {
  readonly organization: string;
  readonly purpose: 'secret' | 'backend setting';
  /** A secret's scope, in any notation, or a backend's name. */
  readonly scope: string;
  readonly key: string;
}

const formatVersion = 1;
const keyBytes = 32;
const idBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
/** Format version, id of the orchestrator's key, the sender's public key, nonce. */
const headBytes = 1 + idBytes + keyBytes + nonceBytes;

type Bytes = Uint8Array<ArrayBuffer>;
/** A `CryptoKey`, whose type browsers and Node.js declare in different places. */
type WebKey = Awaited<ReturnType<typeof crypto.subtle.deriveKey>>;

/** How much longer a sealed value is. */
export const sealedOverheadBytes = headBytes + tagBytes;

/** SHA-256 of an orchestrator's public key, hex: what people compare. */
export async function fingerprintOf(publicKey: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(publicKey));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Distinguishes an orchestrator's keys: the beginning of the fingerprint. */
export function keyIdOf(fingerprint: string): string {
  return fingerprint.slice(0, idBytes * 2);
}

/**
 * @param publicKey the orchestrator's, base64
 * @returns base64
 */
export async function sealValue(publicKey: string, place: EntryPlace, value: Uint8Array): Promise<string> {
  const theirs = fromBase64(publicKey);
  const keyId = keyIdOf(await fingerprintOf(theirs));
  const own = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  if (!('publicKey' in own)) throw new TypeError('an X25519 key has two halves');
  const ownPublic = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
  const key = await agreedKey(own.privateKey, theirs, ownPublic, theirs, 'encrypt');
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: associatedData(place, keyId) },
    key,
    Uint8Array.from(value),
  );
  return toBase64(join([Uint8Array.of(formatVersion), fromHex(keyId), ownPublic, nonce, new Uint8Array(sealed)]));
}

/** An orchestrator's key pair. */
export interface OpeningKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: WebKey;
}

/** The result of opening a value; `other_key`: it is sealed to another key. */
export type OpenedValue =
  | { readonly kind: 'opened'; readonly value: Uint8Array }
  | { readonly kind: 'other_key' }
  | { readonly kind: 'not_sealed_for_here' };

/** @param sealed base64 */
export async function openValue(
  { publicKey, privateKey }: OpeningKey,
  place: EntryPlace,
  sealed: string,
): Promise<OpenedValue> {
  const bytes = fromBase64(sealed);
  const notForHere: OpenedValue = { kind: 'not_sealed_for_here' };
  if (bytes.length < sealedOverheadBytes || bytes[0] !== formatVersion) return notForHere;
  const keyId = keyIdOf(await fingerprintOf(publicKey));
  if (toHex(bytes.subarray(1, 1 + idBytes)) !== keyId) return { kind: 'other_key' };
  const theirs = bytes.slice(1 + idBytes, 1 + idBytes + keyBytes);
  const nonce = bytes.slice(headBytes - nonceBytes, headBytes);
  try {
    const key = await agreedKey(privateKey, theirs, theirs, Uint8Array.from(publicKey), 'decrypt');
    const value = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: associatedData(place, keyId) },
      key,
      bytes.slice(headBytes),
    );
    return { kind: 'opened', value: new Uint8Array(value) };
  } catch {
    return notForHere;
  }
}

/** The same key on both sides; both public keys go into it. */
async function agreedKey(
  privateKey: WebKey,
  theirPublicKey: Bytes,
  sender: Bytes,
  receiver: Bytes,
  usage: 'encrypt' | 'decrypt',
): Promise<WebKey> {
  const imported = await crypto.subtle.importKey('raw', theirPublicKey, 'X25519', false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'X25519', public: imported }, privateKey, keyBytes * 8);
  const material = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  new Uint8Array(shared).fill(0);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: join([sender, receiver]), info: utf8('kici value entry v1') },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    [usage],
  );
}

/** Length-prefixed, so that no two lists share an encoding. */
function associatedData({ organization, purpose, scope, key }: EntryPlace, keyId: string): Bytes {
  const parsed = parseScopeId(scope);
  const canonical = purpose === 'secret' && parsed.ok ? formatScopeId(parsed.value) : scope;
  const parts = [String(formatVersion), 'kici value entry', organization, canonical, key, purpose, keyId].map(utf8);
  return join(
    parts.flatMap((part) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, part.length);
      return [length, part];
    }),
  );
}

function utf8(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function join(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
