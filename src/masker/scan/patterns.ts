/** All patterns, numbered in order of arrival. Their bytes are stored together, since most are short. */
export interface Patterns {
  readonly count: () => number;
  /** Takes the patterns, none of which may be empty, nor change afterwards: large ones are not copied. */
  readonly add: (more: readonly Uint8Array[]) => void;
  /** The memory that holds the pattern's bytes, among others. */
  readonly bytesOf: (which: number) => Uint8Array;
  readonly startOf: (which: number) => number;
  readonly lengthOf: (which: number) => number;
  readonly longest: () => number;
}

const slabBytes = 65_536;
/** Larger patterns stay where they are. */
const maxCopiedBytes = 4_096;
const none = new Uint8Array(0);

export function createPatterns(): Patterns {
  const slabs: Uint8Array[] = [];
  /** The slab that is being filled. */
  let filling = none;
  let fillingAt = 0;
  let used = slabBytes;
  let [slabOf, starts, lengths] = [new Uint32Array(64), new Uint32Array(64), new Uint32Array(64)];
  let count = 0;
  let longest = 0;

  function place(slab: number, start: number, length: number): void {
    if (count === lengths.length) [slabOf, starts, lengths] = [grown(slabOf), grown(starts), grown(lengths)];
    slabOf[count] = slab;
    starts[count] = start;
    lengths[count] = length;
    count += 1;
    longest = Math.max(longest, length);
  }

  function append(bytes: Uint8Array): void {
    if (bytes.byteLength > maxCopiedBytes) {
      slabs.push(bytes);
      place(slabs.length - 1, 0, bytes.byteLength);
      return;
    }
    if (used + bytes.byteLength > slabBytes) {
      filling = new Uint8Array(slabBytes);
      fillingAt = slabs.push(filling) - 1;
      used = 0;
    }
    filling.set(bytes, used);
    place(fillingAt, used, bytes.byteLength);
    used += bytes.byteLength;
  }

  return {
    count: () => count,
    add(more) {
      let last: Uint8Array = none;
      for (const bytes of more) {
        // Base64 arrives with its padding, without it, and without its last character.
        if (bytes.byteLength < last.byteLength && bytes[0] === last[0] && isBeginning(bytes, last))
          place(slabOf[count - 1] ?? 0, starts[count - 1] ?? 0, bytes.byteLength);
        else append(bytes);
        last = bytes;
      }
    },
    bytesOf: (which) => slabs[slabOf[which] ?? 0] ?? none,
    startOf: (which) => starts[which] ?? 0,
    lengthOf: (which) => lengths[which] ?? 0,
    longest: () => longest,
  };
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  return Buffer.compare(bytes, of.subarray(0, bytes.byteLength)) === 0;
}
