import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { keyFromText } from '../../src/keyring/key-encryption-key.ts';
import { parseKeyText } from '../../src/keyring/key-text.ts';

describe('the text of a key', () => {
  it('is 64 hex digits or the canonical base64 of 32 bytes, and both mean the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        for (const text of [buffer.toString('hex'), buffer.toString('hex').toUpperCase(), buffer.toString('base64')]) {
          expect(Buffer.from(parseKeyText(text) ?? []).equals(buffer)).toBe(true);
        }
      }),
    );
  });

  const key = randomBytes(32);
  it.each([
    ['nothing', ''],
    ['a passphrase', 'correct horse battery staple'],
    ['63 hex digits', key.toString('hex').slice(1)],
    ['65 hex digits', `${key.toString('hex')}0`],
    ['hex with a prefix', `0x${key.toString('hex')}`],
    ['the base64 of 31 bytes', key.subarray(1).toString('base64')],
    ['the base64 of 33 bytes', Buffer.concat([key, key.subarray(0, 1)]).toString('base64')],
    ['base64 without its padding', key.toString('base64').replace('=', '')],
    ['base64 with stray bits at its end', `${key.toString('base64').slice(0, 42)}/=`.replace(/(.)\/=$/, '$1B=')],
    ['base64 with a line break in it', `${key.toString('base64').slice(0, 20)}\n${key.toString('base64').slice(20)}`],
    ['base64url', `-_${key.toString('base64').slice(2)}`],
    ['hex with a space', `${key.toString('hex').slice(0, 32)} ${key.toString('hex').slice(32)}`],
  ])('is not %s', (_, text) => {
    expect(parseKeyText(text)).toBeUndefined();
  });

  it('is never shown when it is refused', () => {
    const text = `${key.toString('hex')}zz`;
    expect(() => keyFromText(text, 'KICI_SECRET_KEY')).toThrow(
      expect.objectContaining({ code: 'malformed_key', message: 'KICI_SECRET_KEY is not a key' }),
    );
  });

  it('may end with a line break, as a file does', () => {
    expect(keyFromText(`${key.toString('hex')}\n`, 'a file').id).toBe(
      keyFromText(key.toString('base64'), 'a variable').id,
    );
  });
});
