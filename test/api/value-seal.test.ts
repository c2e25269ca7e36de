import {
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  keyIdOf,
  openValue,
  sealedOverheadBytes,
  sealValue,
  type EntryPlace,
} from '../../src/api/value-seal.ts';

const { publicKey: publicObject, privateKey: privateObject } = generateKeyPairSync('x25519');
const publicKey = publicObject.export({ format: 'der', type: 'spki' }).subarray(-32);
const own = { publicKey, privateKey: privateObject.toCryptoKey('X25519', false, ['deriveBits']) };
const encoded = Buffer.from(publicKey).toString('base64');
const place: EntryPlace = { organization: 'default', purpose: 'secret', scope: 'production', key: 'DB_PASSWORD' };
const value = Buffer.from('hunter2');

const open = (at: EntryPlace, sealed: string | Uint8Array) =>
  openValue(own, at, typeof sealed === 'string' ? sealed : Buffer.from(sealed).toString('base64'));

describe('a sealed value', () => {
  it.each([0, 1, 65_536])(
    'of %i bytes opens where it was sealed for, and is longer by what it says',
    async (length) => {
      const bytes = Buffer.alloc(length, 0xa5);
      const sealed = await sealValue(encoded, place, bytes);
      expect(Buffer.byteLength(sealed, 'base64')).toBe(length + sealedOverheadBytes);
      const opened = await open(place, sealed);
      expect(opened.kind === 'opened' && Buffer.from(opened.value).equals(bytes)).toBe(true);
    },
  );

  it.each<[string, Partial<EntryPlace>]>([
    ['organization', { organization: 'payments' }],
    ['scope', { scope: 'staging' }],
    ['backend', { scope: 'corp:production' }],
    ['key', { key: 'DB_PASSWORD2' }],
    ['purpose', { purpose: 'backend setting' }],
    ['place whose names only meet when they are joined', { scope: 'productio', key: 'nDB_PASSWORD' }],
  ])('opens at no other %s', async (_, other) => {
    const sealed = await sealValue(encoded, place, value);
    expect(await open({ ...place, ...other }, sealed)).toEqual({ kind: 'not_sealed_for_here' });
  });

  it('is for a scope however that is written', async () => {
    const sealed = await sealValue(encoded, { ...place, scope: 'internal:production' }, value);
    expect((await open(place, sealed)).kind).toBe('opened');
  });

  it('does not open with any of its bytes changed, or left out, and says of which key it is', async () => {
    const sealed = Buffer.from(await sealValue(encoded, place, value), 'base64');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const kind = at >= 1 && at <= 8 ? 'other_key' : 'not_sealed_for_here';
      expect([at, await open(place, changed)]).toEqual([at, { kind }]);
    }
    for (const length of [0, 1, 8, 40, sealedOverheadBytes - 1, sealed.length - 1])
      expect((await open(place, sealed.subarray(0, length))).kind).toBe('not_sealed_for_here');
  });

  it('from a key of small order does not open', async () => {
    const sealed = Buffer.from(await sealValue(encoded, place, value), 'base64');
    sealed.fill(0, 9, 41);
    expect((await open(place, sealed)).kind).toBe('not_sealed_for_here');
  });

  it('is another one each time, and holds nothing of the value', async () => {
    const canary = Buffer.from('canary-canary-canary');
    const sealed = await Promise.all(Array.from({ length: 20 }, () => sealValue(encoded, place, canary)));
    expect(new Set(sealed.map((one) => one.slice(0, 80))).size).toBe(20);
    for (const one of sealed) expect(Buffer.from(one, 'base64').includes('canary')).toBe(false);
  });

  it('is X25519, HKDF-SHA-256 and AES-256-GCM as others make them', async () => {
    const sealed = Buffer.from(await sealValue(encoded, place, value), 'base64');
    const theirs = sealed.subarray(9, 41);
    const der = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), theirs]);
    const shared = diffieHellman({
      privateKey: privateObject,
      publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
    });
    const key = hkdfSync('sha256', shared, Buffer.concat([theirs, publicKey]), 'kici value entry v1', 32);
    const keyId = createHash('sha256').update(publicKey).digest('hex').slice(0, 16);
    const parts = ['1', 'kici value entry', 'default', 'internal:production', 'DB_PASSWORD', 'secret', keyId];
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), sealed.subarray(41, 53));
    decipher.setAAD(
      Buffer.concat(
        parts.flatMap((part) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(Buffer.byteLength(part));
          return [length, Buffer.from(part)];
        }),
      ),
    );
    decipher.setAuthTag(sealed.subarray(-16));
    expect(Buffer.concat([decipher.update(sealed.subarray(53, -16)), decipher.final()])).toEqual(value);
    expect(keyIdOf(await fingerprintOf(publicKey))).toBe(keyId);
  });
});
