/** Collects the output of a stream, in order. */
export interface Output {
  /** Passes bytes unchanged; `to` is exclusive. */
  readonly pass: (bytes: Uint8Array, from: number, to: number) => void;
  readonly mask: () => void;
  readonly parts: () => Uint8Array[];
}

const mask = Buffer.from('***');
const asterisk = 0x2a;
export const maskBytes = mask.byteLength;
/** A view costs as much as copying this many bytes. */
export const bytesPerView = 256;
/** A loop copies up to this many bytes faster than a call. */
const fewBytes = 64;

/** Collects views of the input. */
export function createViews(): Output {
  const parts: Uint8Array[] = [];
  return {
    pass(bytes, from, to) {
      parts.push(from === 0 && to === bytes.byteLength ? bytes : bytes.subarray(from, to));
    },
    mask: () => parts.push(mask),
    parts: () => parts,
  };
}

/** Collects a single copy, for input with a mask every few bytes. @param maxBytes upper bound of its size */
export function createCopy(maxBytes: number): Output {
  const copy = Buffer.allocUnsafe(maxBytes);
  let length = 0;
  return {
    pass(bytes, from, to) {
      if (to - from > fewBytes) copy.set(bytes.subarray(from, to), length);
      else for (let at = from; at < to; at += 1) copy[length + at - from] = bytes[at] ?? 0;
      length += to - from;
    },
    mask() {
      for (const end = length + maskBytes; length < end; length += 1) copy[length] = asterisk;
    },
    parts: () => (length === 0 ? [] : [copy.subarray(0, length)]),
  };
}
