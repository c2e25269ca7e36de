/** Bytes that are stored one after another, in pieces of memory that do not move. */
export interface Slabs {
  readonly add: (bytes: Uint8Array) => void;
  /** Where the bytes added last lie. */
  readonly slab: () => number;
  readonly start: () => number;
  readonly bytes: (slab: number) => Uint8Array;
  readonly clear: () => void;
  readonly byteLength: () => number;
}

const slabBytes = 65_536;
/** Larger ones stay where they are. */
const maxCopiedBytes = 4_096;
const none = new Uint8Array(0);

export function createSlabs(): Slabs {
  let slabs: Uint8Array[] = [];
  /** The slab that is being filled, and how far. */
  let [filling, used] = [0, slabBytes];
  let [slab, start, byteLength] = [0, 0, 0];

  return {
    add(bytes) {
      byteLength += bytes.byteLength;
      if (bytes.byteLength > maxCopiedBytes) {
        [slab, start] = [slabs.push(bytes) - 1, 0];
        return;
      }
      if (used + bytes.byteLength > slabBytes) [filling, used] = [slabs.push(new Uint8Array(slabBytes)) - 1, 0];
      slabs[filling]?.set(bytes, used);
      [slab, start] = [filling, used];
      used += bytes.byteLength;
    },
    slab: () => slab,
    start: () => start,
    bytes: (index) => slabs[index] ?? none,
    clear() {
      slabs = [];
      used = slabBytes;
      byteLength = 0;
    },
    byteLength: () => byteLength,
  };
}
