/** Bytes that are stored one after another, in pieces of memory that do not move. */
export interface Slabs {
  /** @throws RangeError if there are 32,768 slabs */
  readonly add: (bytes: Uint8Array) => void;
  /** Where the bytes added last lie, below 2 ** 31. */
  readonly address: () => number;
  /** The slab that the address is in; `startIn` tells the place. */
  readonly bytes: (address: number) => Uint8Array;
  readonly clear: () => void;
  readonly byteLength: () => number;
}

const maxSlabs = 2 ** 15;
const slabBytes = 2 ** 16;
/** Larger ones stay where they are. */
const maxCopiedBytes = 4_096;
const none = new Uint8Array(0);

export function createSlabs(): Slabs {
  let slabs: Uint8Array[] = [];
  /** The slab that is being filled, and how far. */
  let [filling, used] = [0, slabBytes];
  let [address, byteLength] = [0, 0];

  function open(bytes: Uint8Array): number {
    if (slabs.length === maxSlabs) throw new RangeError('the patterns to search for take too much memory');
    return slabs.push(bytes) - 1;
  }

  return {
    add(bytes) {
      byteLength += bytes.byteLength;
      if (bytes.byteLength > maxCopiedBytes) {
        address = open(bytes) * slabBytes;
        return;
      }
      if (used + bytes.byteLength > slabBytes) [filling, used] = [open(new Uint8Array(slabBytes)), 0];
      slabs[filling]?.set(bytes, used);
      address = filling * slabBytes + used;
      used += bytes.byteLength;
    },
    address: () => address,
    bytes: (from) => slabs[from >>> 16] ?? none,
    clear() {
      slabs = [];
      used = slabBytes;
      byteLength = 0;
    },
    byteLength: () => byteLength,
  };
}

/** Where in its slab an address lies. */
export function startIn(address: number): number {
  return address & (slabBytes - 1);
}
