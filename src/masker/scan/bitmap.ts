const minBits = 2 ** 16;
/** 4 MiB: more would not stay in the processor's caches. */
const maxBits = 2 ** 25;

/** Multiplicative hashing by the golden ratio: the upper bits of the product are well mixed. */
export const hashFactor = 0x9e3779b1;

/** A set of 32-bit numbers that may also claim to contain others. */
export class Bitmap {
  readonly shift: number;
  readonly bits: Int32Array;

  constructor(entries: number, bitsPerEntry: number) {
    const wanted = Math.min(maxBits, Math.max(minBits, entries * bitsPerEntry));
    this.shift = 32 - Math.ceil(Math.log2(wanted));
    this.bits = new Int32Array(2 ** (32 - this.shift) / 32);
  }

  add(key: number): void {
    const slot = Math.imul(key, hashFactor) >>> this.shift;
    this.bits[slot >>> 5] = (this.bits[slot >>> 5] ?? 0) | (1 << (slot & 31));
  }

  has(key: number): boolean {
    const slot = Math.imul(key, hashFactor) >>> this.shift;
    return ((this.bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }
}
