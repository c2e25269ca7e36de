import {
  asIs,
  byteIn,
  bytesOf as bytesOfNeedle,
  formOf,
  isSpelled,
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
  /** Brings more of its bytes into memory. */
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
/** Patterns that begin alike mostly differ soon: what a dialect spells is made in steps, each so many times longer. */
const growth = 16;
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
    const room = count + (count >>> 1);
    [slabOf, starts] = [copyInto(new Uint32Array(room), slabOf), copyInto(new Uint16Array(room), starts)];
    [counts, forms] = [copyInto(new Uint32Array(room), counts), copyInto(new Uint8Array(room), forms)];
  }

  const bytesOf = (which: number): Uint8Array => {
    const slab = slabOf[which] ?? 0;
    return slab < completedFrom ? kept.bytes(slab) : completed.bytes(slab - completedFrom);
  };

  /** What is known of the pattern, apart from its form. */
  function knownOf(which: number): Uint8Array {
    const start = starts[which] ?? 0;
    return bytesOf(which).subarray(start, start + ((counts[which] ?? 0) & ~isCut));
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

  function completeOne(which: number, needle: Needle, last: Uint8Array): Uint8Array {
    const { bytes, form, isWhole } = more(needle, (counts[which] ?? 0) & ~isCut);
    if ((slabOf[which] ?? 0) < completedFrom) changed.push([which, slabOf[which] ?? 0, starts[which] ?? 0]);
    if (!isBeginning(bytes, last)) completed.add(bytes);
    slabOf[which] = completedFrom + completed.slab();
    starts[which] = completed.start();
    counts[which] = bytes.byteLength + (isWhole ? 0 : isCut);
    forms[which] = form;
    return bytes;
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
      const [length, known] = [counts[of] ?? 0, knownOf(of)];
      const made = madeBy(source);
      let last: Uint8Array = none;
      // Those that begin alike are compared with one another next.
      for (let which = source.first; which < source.end; which += 1) {
        if (counts[which] !== length || !isBeginning(known, knownOf(which))) continue;
        last = completeOne(which, made[which - source.first] ?? none, last);
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

/** More of a needle than so many bytes. */
function more(needle: Needle, known: number): { bytes: Uint8Array; form: number; isWhole: boolean } {
  if (isSpelled(needle)) {
    const bytes = write(needle, known * growth);
    return { bytes, form: asIs, isWhole: bytes.byteLength === needle.length };
  }
  const form = formOf(needle);
  // Text is compared with what is in memory, rather than byte by byte.
  const isWritten = form !== asIs && leadingIn(form, 1) === 0;
  return isWritten
    ? { bytes: write(needle), form: asIs, isWhole: true }
    : { bytes: bytesOfNeedle(needle), form, isWhole: true };
}

function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  if (bytes.byteLength > of.byteLength || bytes[0] !== of[0]) return false;
  if (bytes.buffer === of.buffer && bytes.byteOffset === of.byteOffset) return true;
  return Buffer.compare(bytes, of.subarray(0, bytes.byteLength)) === 0;
}
