import { createSecretKey, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decrypt, encodeParts, encrypt } from '../../src/keyring/envelope.ts';

const key = createSecretKey(randomBytes(32));

describe('an envelope', () => {
  it('opens to the bytes that were put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.string()), (bytes, associated) => {
        const opened = decrypt(key, encrypt(key, bytes, associated), associated);
        expect(opened === undefined ? undefined : Uint8Array.from(opened)).toEqual(bytes);
      }),
    );
  });

  it('does not open when any bit was changed, or any byte is missing', () => {
    const sealed = encrypt(key, Buffer.from('value'), ['a', 'b']);
    for (let bit = 0; bit < sealed.byteLength * 8; bit += 1) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decrypt(key, changed, ['a', 'b'])).toBeUndefined();
    }
    for (let length = 0; length < sealed.byteLength; length += 1)
      expect(decrypt(key, sealed.subarray(0, length), ['a', 'b'])).toBeUndefined();
  });

  it('does not open for any other list of associated parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 4 }),
        fc.array(fc.string(), { maxLength: 4 }),
        (sealedFor, openedFor) => {
          const opened = decrypt(key, encrypt(key, Buffer.from('value'), sealedFor), openedFor);
          expect(opened !== undefined).toBe(
            JSON.stringify(sealedFor.map(wellFormed)) === JSON.stringify(openedFor.map(wellFormed)),
          );
        },
      ),
    );
    expect(encodeParts(['ab', 'c'])).not.toEqual(encodeParts(['a', 'bc']));
    expect(encodeParts(['a', ''])).not.toEqual(encodeParts(['a']));
  });

  it('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 500 }, () =>
      Buffer.from(encrypt(key, new Uint8Array(0), []).subarray(1, 13)).toString('hex'),
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

const wellFormed = (text: string): string => text.toWellFormed();
