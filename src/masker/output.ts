/** What goes out of a stream, in order. */
export interface Output {
  /** Of what has been read, from the one place to before the other. */
  readonly pass: (bytes: Uint8Array, from: number, to: number) => void;
  readonly mask: () => void;
  readonly parts: () => Uint8Array[];
}

const mask = Buffer.from('***');
export const maskBytes = mask.byteLength;
/** A view costs as much as copying so many bytes. */
export const bytesPerView = 256;
/** So many bytes are copied faster by a loop. */
const fewBytes = 64;

/** Views of what has been read. */
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

/** One copy, for where there is a mask every few bytes. @param maxBytes that it will have */
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
      for (const byte of mask) {
        copy[length] = byte;
        length += 1;
      }
    },
    parts: () => (length === 0 ? [] : [copy.subarray(0, length)]),
  };
}
