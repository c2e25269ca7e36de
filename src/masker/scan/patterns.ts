import { createSlabs } from './slabs.ts';

/** All patterns, numbered in order of arrival. */
export interface Patterns {
  readonly count: () => number;
  /**
   * Takes what the function makes, none of which may be empty. Of long ones only the beginning is kept: the function is
   * called again, and must make the same again, once text shows one of these.
   * @param isSlow whether all are kept whole, since it would take long
   */
  readonly add: (make: () => readonly Uint8Array[], isSlow?: boolean) => void;
  /** The memory that holds the pattern's bytes, among others. */
  readonly bytesOf: (which: number) => Uint8Array;
  readonly startOf: (which: number) => number;
  /** How many of its bytes are in memory. */
  readonly lengthOf: (which: number) => number;
  /** Brings the rest of its bytes into memory. */
  readonly complete: (which: number) => void;
  /** Drops what was completed. */
  readonly cut: () => void;
  readonly longest: () => number;
  /** The size of all patterns together, and the memory that those take which are completed now. */
  readonly totalBytes: () => number;
  readonly completedBytes: () => number;
}

interface Source {
  /** The patterns made by it: up to, but not including, `end`. */
  readonly first: number;
  readonly end: number;
  readonly make: () => readonly Uint8Array[];
}

/** Longer patterns are cut. */
const maxWholeBytes = 256;
/** More than filters enter, and than text has in common with a pattern by chance. */
const headBytes = 48;
const maxRemadeBytes = 8 * 1024 * 1024;
/** In a length. */
const isCut = 0x8000_0000;
/** Slabs of completed patterns are numbered from here on. */
const completedFrom = 0x8000_0000;
const none = new Uint8Array(0);

export function createPatterns(): Patterns {
  const kept = createSlabs();
  const completed = createSlabs();
  const sources: Source[] = [];
  /** What was completed, with its slab and start before. */
  let changed: (readonly [which: number, slab: number, start: number])[] = [];
  /** What was made again lately. */
  const remade = new Map<Source, readonly Uint8Array[]>();
  let remadeBytes = 0;
  let [slabOf, starts, lengths] = [new Uint32Array(64), new Uint16Array(64), new Uint32Array(64)];
  let count = 0;
  let [longest, totalBytes] = [0, 0];

  function place(length: number): void {
    if (count === lengths.length) [slabOf, starts, lengths] = [grown(slabOf), grownShort(starts), grown(lengths)];
    slabOf[count] = kept.slab();
    starts[count] = kept.start();
    lengths[count] = length;
    count += 1;
  }

  const bytesOf = (which: number): Uint8Array => {
    const slab = slabOf[which] ?? 0;
    return slab < completedFrom ? kept.bytes(slab) : completed.bytes(slab - completedFrom);
  };

  function headOf(which: number): Uint8Array {
    const start = starts[which] ?? 0;
    return bytesOf(which).subarray(start, start + headBytes);
  }

  /** The last one that begins at or before the pattern. */
  function sourceOf(which: number): Source | undefined {
    let [found, after] = [0, sources.length];
    while (after - found > 1) {
      const middle = (found + after) >>> 1;
      if ((sources[middle]?.first ?? 0) <= which) found = middle;
      else after = middle;
    }
    return sources[found];
  }

  /** Many dialects may show one value after another: it is not made again for each. */
  function madeBy(source: Source): readonly Uint8Array[] {
    const known = remade.get(source);
    if (known !== undefined) return known;
    const made = source.make();
    if (remadeBytes > maxRemadeBytes) forget();
    remade.set(source, made);
    remadeBytes += made.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return made;
  }

  function forget(): void {
    remade.clear();
    remadeBytes = 0;
  }

  function completeOne(which: number, bytes: Uint8Array, last: Uint8Array): void {
    changed.push([which, slabOf[which] ?? 0, starts[which] ?? 0]);
    if (!isBeginning(bytes, last)) completed.add(bytes);
    slabOf[which] = completedFrom + completed.slab();
    starts[which] = completed.start();
    lengths[which] = bytes.byteLength;
  }

  return {
    count: () => count,
    add(make, isSlow = false) {
      const headIn = isSlow ? whole : cutHead;
      const first = count;
      let last: Uint8Array = none;
      let hasCut = false;
      for (const bytes of make()) {
        const head = headIn(bytes);
        // Base64 arrives with its padding, without it, and without its last character.
        if (!isBeginning(head, headIn(last))) kept.add(head);
        place(head === bytes ? bytes.byteLength : head.byteLength + isCut);
        hasCut ||= head !== bytes;
        longest = Math.max(longest, bytes.byteLength);
        totalBytes += bytes.byteLength;
        last = bytes;
      }
      if (hasCut) sources.push({ first, end: count, make });
    },
    bytesOf,
    startOf: (which) => starts[which] ?? 0,
    lengthOf: (which) => (lengths[which] ?? 0) & ~isCut,
    complete(of) {
      const source = (lengths[of] ?? 0) < isCut ? undefined : sourceOf(of);
      if (source === undefined) return;
      const head = headOf(of);
      const made = madeBy(source);
      let last: Uint8Array = none;
      // Those that begin alike are compared with one another next.
      for (let which = source.first; which < source.end; which += 1) {
        const bytes = made[which - source.first] ?? none;
        if ((lengths[which] ?? 0) < isCut || Buffer.compare(headOf(which), head) !== 0) continue;
        completeOne(which, bytes, last);
        last = bytes;
      }
    },
    cut() {
      for (const [which, slab, start] of changed) {
        slabOf[which] = slab;
        starts[which] = start;
        lengths[which] = headBytes + isCut;
      }
      changed = [];
      completed.clear();
      forget();
    },
    longest: () => longest,
    totalBytes: () => totalBytes,
    completedBytes: completed.byteLength,
  };
}

function whole(bytes: Uint8Array): Uint8Array {
  return bytes;
}

function cutHead(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength > maxWholeBytes ? bytes.subarray(0, headBytes) : bytes;
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function grownShort(array: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(array.length * 2);
  larger.set(array);
  return larger;
}

function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  if (bytes.byteLength > of.byteLength || bytes[0] !== of[0]) return false;
  return Buffer.compare(bytes, of.subarray(0, bytes.byteLength)) === 0;
}
