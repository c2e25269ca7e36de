import { describe, expect, it } from 'vitest';
import { crc32c } from '../../versions/crc32c.ts';

/** Sources: RFC 3720, B.4, and the check value in the catalogue of CRC algorithms. */
describe('crc32c', () => {
  it.each([
    ['123456789', 0xe306_9283, Buffer.from('123456789')],
    ['nothing', 0, Buffer.alloc(0)],
    ['32 zeros', 0x8a91_36aa, Buffer.alloc(32)],
    ['32 times 0xff', 0x62a8_ab43, Buffer.alloc(32, 0xff)],
    ['0 to 31', 0x46dd_794e, Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
  ])('of %s is the published value', (_, expected, bytes) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});
