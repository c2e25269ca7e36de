const maxStride = 16;
const bitsPerGroup = 64;
const maxBits = 2 ** 26;

/**
 * Tells quickly where no pattern can be. Reading one group of bytes in every stride cannot miss an occurrence:
 * whatever its offset, one of the groups read lies inside it, at one of the offsets that the filter knows.
 */
export class Filter {
  /** How far apart the groups are that `find` looks at. */
  readonly stride: number;
  /** How many bytes a group has. */
  readonly #group: number;
  readonly #shortest: number;
  readonly #shift: number;
  readonly #bits: Uint32Array;

  /** @param patterns each of at least 4 bytes */
  constructor(patterns: readonly Uint8Array[]) {
    this.#shortest = shortestOf(patterns);
    const { group, stride, shift } = sizesFor(this.#shortest, patterns.length);
    this.stride = stride;
    this.#group = group;
    this.#shift = shift;
    this.#bits = new Uint32Array(2 ** (32 - shift) / 32);
    this.#enter(patterns);
  }

  /**
   * Looks at `from`, `from + stride`, … and gives the first place whose group could belong to a pattern, or the
   * first that lies too close to the end to be read.
   */
  find(bytes: Uint8Array, from: number): number {
    // Constants for the loop.
    const { stride } = this;
    const [bits, shift, mask] = [this.#bits, this.#shift, fourthByteOf(this.#group)];
    const end = bytes.length - this.#group;
    let at = from;
    for (; at <= end; at += stride) {
      const index = slot(bytes, at, mask, shift);
      if (((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0) break;
    }
    return at;
  }

  /** A filter for `added` too. It may be this one, which then also points at places of what was added. */
  extend(all: readonly Uint8Array[], added: readonly Uint8Array[]): Filter {
    const { group, stride, shift } = sizesFor(Math.min(this.#shortest, shortestOf(added)), all.length);
    if (group !== this.#group || stride !== this.stride || shift !== this.#shift) return new Filter(all);
    this.#enter(added);
    return this;
  }

  #enter(patterns: readonly Uint8Array[]): void {
    const [bits, shift, mask] = [this.#bits, this.#shift, fourthByteOf(this.#group)];
    for (const pattern of patterns) {
      for (let at = 0; at < this.stride; at += 1) {
        const index = slot(pattern, at, mask, shift);
        bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
      }
    }
  }
}

function shortestOf(patterns: readonly Uint8Array[]): number {
  return patterns.reduce((length, pattern) => Math.min(length, pattern.length), maxStride * 2);
}

function sizesFor(
  shortest: number,
  count: number,
): { readonly group: number; readonly stride: number; readonly shift: number } {
  const group = shortest < 8 ? 3 : 4;
  const stride = Math.min(maxStride, shortest - group + 1);
  const wanted = Math.min(maxBits, Math.max(1_024, count * stride * bitsPerGroup));
  return { group, stride, shift: 32 - Math.ceil(Math.log2(wanted)) };
}

function fourthByteOf(group: number): number {
  return group === 4 ? 0xff : 0;
}

/** Multiplicative hashing: the upper bits of a product by the golden ratio are well mixed. */
function slot(bytes: Uint8Array, at: number, fourthByte: number, shift: number): number {
  return (
    Math.imul(
      (bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        (((bytes[at + 3] ?? 0) & fourthByte) << 24),
      0x9e3779b1,
    ) >>> shift
  );
}
