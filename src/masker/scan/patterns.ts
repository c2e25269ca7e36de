import {
  asIs,
  byteIn,
  bytesOf as bytesOfNeedle,
  formOf,
  leadingIn,
  lengthIn,
  lengthOf as lengthOfNeedle,
  write,
  writeIn,
  type Needle,
} from '../encodings/needle.ts';
import { createSlabs } from './slabs.ts';

/** All patterns, numbered in order of arrival. */
export interface Patterns {
  readonly count: () => number;
  /**
   * Takes what the function makes, none of which may be empty. Of long ones only the beginning is kept: the function is
   * called again, and must make the same again, once text shows one of these.
   * @param isSlow whether all are kept whole, since it would take long
   */
  readonly add: (make: () => readonly Needle[], isSlow?: boolean) => void;
  /** The memory that holds the bytes that the pattern is written from, among others. */
  readonly bytesOf: (which: number) => Uint8Array;
  readonly startOf: (which: number) => number;
  /** How many of its first bytes are the same as in memory. */
  readonly leadingOf: (which: number) => number;
  readonly byteAt: (which: number, depth: number) => number;
  /** Writes its first bytes, as far as there is room. */
  readonly write: (which: number, to: Uint8Array) => void;
  /** How many of its bytes are known without making it again. */
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
  readonly make: () => readonly Needle[];
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
  const remade = new Map<Source, readonly Needle[]>();
  let remadeBytes = 0;
  let [slabOf, starts, counts] = [new Uint32Array(64), new Uint16Array(64), new Uint32Array(64)];
  let forms = new Uint8Array(64);
  let count = 0;
  let [longest, totalBytes] = [0, 0];

  function place(bytes: number, form: number): void {
    if (count === counts.length) grow();
    slabOf[count] = kept.slab();
    starts[count] = kept.start();
    counts[count] = bytes;
    forms[count] = form;
    count += 1;
  }

  function grow(): void {
    const room = count * 2;
    [slabOf, starts] = [copyInto(new Uint32Array(room), slabOf), copyInto(new Uint16Array(room), starts)];
    [counts, forms] = [copyInto(new Uint32Array(room), counts), copyInto(new Uint8Array(room), forms)];
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
  function madeBy(source: Source): readonly Needle[] {
    const known = remade.get(source);
    if (known !== undefined) return known;
    const made = source.make();
    if (remadeBytes > maxRemadeBytes) forget();
    remade.set(source, made);
    remadeBytes += made.reduce((sum, needle) => sum + lengthOfNeedle(needle), 0);
    return made;
  }

  function forget(): void {
    remade.clear();
    remadeBytes = 0;
  }

  function completeOne(which: number, needle: Needle, last: Uint8Array): void {
    const bytes = bytesOfNeedle(needle);
    changed.push([which, slabOf[which] ?? 0, starts[which] ?? 0]);
    if (!isBeginning(bytes, last)) completed.add(bytes);
    slabOf[which] = completedFrom + completed.slab();
    starts[which] = completed.start();
    counts[which] = bytes.byteLength;
    forms[which] = formOf(needle);
  }

  return {
    count: () => count,
    add(make, isSlow = false) {
      const first = count;
      let last: Uint8Array = none;
      let hasCut = false;
      for (const needle of make()) {
        const length = lengthOfNeedle(needle);
        const mustCut = !isSlow && length > maxWholeBytes;
        const bytes = mustCut ? write(needle, headBytes) : bytesOfNeedle(needle);
        // What is written differently, or ends earlier, follows one another.
        if (!isBeginning(bytes, last)) {
          kept.add(bytes);
          last = bytes;
        }
        place(mustCut ? bytes.byteLength + isCut : bytes.byteLength, mustCut ? asIs : formOf(needle));
        hasCut ||= mustCut;
        longest = Math.max(longest, length);
        totalBytes += length;
      }
      if (hasCut) sources.push({ first, end: count, make });
    },
    bytesOf,
    startOf: (which) => starts[which] ?? 0,
    leadingOf: (which) => leadingIn(forms[which] ?? 0, (counts[which] ?? 0) & ~isCut),
    write: (which, to) => {
      writeIn(forms[which] ?? 0, bytesOf(which), starts[which] ?? 0, (counts[which] ?? 0) & ~isCut, to);
    },
    lengthOf: (which) => lengthIn(forms[which] ?? 0, (counts[which] ?? 0) & ~isCut),
    byteAt: (which, depth) =>
      byteIn(forms[which] ?? 0, bytesOf(which), starts[which] ?? 0, (counts[which] ?? 0) & ~isCut, depth),
    complete(of) {
      const source = (counts[of] ?? 0) < isCut ? undefined : sourceOf(of);
      if (source === undefined) return;
      const head = headOf(of);
      const made = madeBy(source);
      let last: Uint8Array = none;
      // Those that begin alike are compared with one another next.
      for (let which = source.first; which < source.end; which += 1) {
        const needle = made[which - source.first] ?? none;
        if ((counts[which] ?? 0) < isCut || Buffer.compare(headOf(which), head) !== 0) continue;
        completeOne(which, needle, last);
        last = bytesOfNeedle(needle);
      }
    },
    cut() {
      for (const [which, slab, start] of changed) {
        slabOf[which] = slab;
        starts[which] = start;
        counts[which] = headBytes + isCut;
        forms[which] = asIs;
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

function copyInto<T extends Uint8Array | Uint16Array | Uint32Array>(larger: T, array: T): T {
  larger.set(array);
  return larger;
}

function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  if (bytes.byteLength > of.byteLength || bytes[0] !== of[0]) return false;
  if (bytes.buffer === of.buffer && bytes.byteOffset === of.byteOffset) return true;
  return Buffer.compare(bytes, of.subarray(0, bytes.byteLength)) === 0;
}
