/**
 * Tells quickly where no pattern can be. Reading one group of bytes in every stride cannot miss an occurrence:
 * whatever its offset, one of the groups read lies inside it, at one of the offsets that the filter knows.
 */
export interface Filter {
  /** How far apart the groups are that `find` looks at. */
  readonly stride: number;
  /**
   * Looks at `from`, `from + stride`, … and gives the first place whose group could belong to a pattern, or the
   * first that lies too close to the end to be read.
   */
  readonly find: (bytes: Uint8Array, from: number) => number;
  /** A filter for `added` too. It may be this one, which then also points at places of what was added. */
  readonly extend: (all: readonly Uint8Array[], added: readonly Uint8Array[]) => Filter;
}

const maxStride = 16;
const bitsPerGroup = 64;
const maxBits = 2 ** 26;

/** @param patterns each of at least 4 bytes */
export function createFilter(patterns: readonly Uint8Array[]): Filter {
  const { group, stride, shift } = sizesFor(patterns);
  const bits = new Uint32Array(2 ** (32 - shift) / 32);
  const fourth = group === 4 ? 0xff : 0;
  // Multiplicative hashing: the upper bits of a product by the golden ratio are well mixed.
  const slot = (bytes: Uint8Array, at: number): number =>
    Math.imul((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | (((bytes[at + 3] ?? 0) & fourth) << 24), 0x9e3779b1) >>> shift;
  const enter = (entered: readonly Uint8Array[]): void => {
    for (const pattern of entered) {
      for (let at = 0; at < stride; at += 1) {
        const index = slot(pattern, at);
        bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
      }
    }
  };
  enter(patterns);
  const filter: Filter = {
    stride,
    find(bytes, from) {
      const end = bytes.length - group;
      let at = from;
      for (; at <= end; at += stride) {
        const index = slot(bytes, at);
        if (((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0) break;
      }
      return at;
    },
    extend(all, added) {
      const sizes = sizesFor(all);
      if (sizes.group !== group || sizes.stride !== stride || sizes.shift !== shift) return createFilter(all);
      enter(added);
      return filter;
    },
  };
  return filter;
}

function sizesFor(patterns: readonly Uint8Array[]): { readonly group: number; readonly stride: number; readonly shift: number } {
  const shortest = patterns.reduce((length, pattern) => Math.min(length, pattern.length), maxStride * 2);
  const group = shortest < 8 ? 3 : 4;
  const stride = Math.min(maxStride, shortest - group + 1);
  const wanted = Math.min(maxBits, Math.max(1_024, patterns.length * stride * bitsPerGroup));
  return { group, stride, shift: 32 - Math.ceil(Math.log2(wanted)) };
}
