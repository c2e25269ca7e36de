import type { Patterns } from './patterns.ts';

/**
 * The patterns, sorted by their first two bytes, and further only as text leads into them. What one automaton has
 * sorted stays so for the next.
 */
export interface Order {
  /** Sorts in newly added patterns. */
  readonly update: () => void;
  /**
   * Patterns from `start` to before `end` that share their first `depth` bytes: those that end there come first, and
   * the others by their next byte. @returns where the others begin
   */
  readonly sort: (start: number, end: number, depth: number) => number;
  /** The length of the longest of them, as far as it is in memory. */
  readonly longest: (start: number, end: number) => number;
  /** For patterns that share their first `depth` bytes, the depth at which they diverge or one ends or is cut. */
  readonly parting: (start: number, end: number, depth: number) => number;
  /** How many bytes from `at` up to `end` are the pattern's from `depth` on. */
  readonly alike: (place: number, depth: number, chunk: Uint8Array, at: number, end: number) => number;
  readonly byteAt: (place: number, depth: number) => number;
  /** In a part sorted by the byte at this depth, the first place with that byte or a greater one. */
  readonly find: (byte: number, low: number, high: number, depth: number) => number;
  /** The first place after this one, up to `high`, with another byte. */
  readonly endOf: (place: number, high: number, depth: number) => number;
}

const byteValues = 256;
const sortedBytes = 2;
const numbersPerKey = 2 ** 32;
/** So many bytes are compared faster by a call than in a loop. */
const blockBytes = 512;

export function createOrder({ count, bytesOf, startOf, leadingOf, lengthOf, complete, ...patterns }: Patterns): Order {
  let places = new Uint32Array(0);
  let scratch = new Uint32Array(0);
  /** Of a few patterns that are sorted by insertion. */
  const kinds = new Uint16Array(16);
  /** Where each kind begins: the patterns that end, then each byte. */
  const begins = new Uint32Array(byteValues + 2);
  const kindOf = (which: number, depth: number): number => {
    if (depth === lengthOf(which)) complete(which);
    return depth >= lengthOf(which) ? 0 : patterns.byteAt(which, depth) + 1;
  };
  const kindAt = (place: number, depth: number): number => kindOf(places[place] ?? 0, depth);

  const byteAt = (place: number, depth: number): number => patterns.byteAt(places[place] ?? 0, depth);

  /** All of one kind: many patterns that continue alike. */
  function isUniform(start: number, end: number, depth: number): boolean {
    const kind = kindAt(start, depth);
    for (let place = start + 1; place < end; place += 1) if (kindAt(place, depth) !== kind) return false;
    return true;
  }

  /** By insertion. */
  function arrange(start: number, end: number, depth: number): number {
    let ended = start;
    for (let place = start; place < end; place += 1) {
      const which = places[place] ?? 0;
      const kind = kindOf(which, depth);
      let to = place;
      for (; to > start && (kinds[to - start - 1] ?? 0) > kind; to -= 1) {
        places[to] = places[to - 1] ?? 0;
        kinds[to - start] = kinds[to - start - 1] ?? 0;
      }
      places[to] = which;
      kinds[to - start] = kind;
      if (kind === 0) ended += 1;
    }
    return ended;
  }

  function distribute(start: number, end: number, depth: number): number {
    begins.fill(0);
    for (let place = start; place < end; place += 1) {
      const kind = kindAt(place, depth) + 1;
      begins[kind] = (begins[kind] ?? 0) + 1;
    }
    const ended = begins[1] ?? 0;
    for (let kind = 1; kind < begins.length; kind += 1) begins[kind] = (begins[kind] ?? 0) + (begins[kind - 1] ?? 0);
    if (scratch.length < end - start) scratch = new Uint32Array(end - start);
    for (let place = start; place < end; place += 1) {
      const kind = kindAt(place, depth);
      const to = begins[kind] ?? 0;
      scratch[to] = places[place] ?? 0;
      begins[kind] = to + 1;
    }
    places.set(scratch.subarray(0, end - start), start);
    return start + ended;
  }

  /** Where the two diverge or one ends, at most at that depth. */
  function partingOf(which: number, other: number, depth: number, most: number): number {
    const last = Math.min(most, lengthOf(other));
    const leading = Math.min(last, leadingOf(which), leadingOf(other));
    const [bytes, more] = [bytesOf(which), bytesOf(other)];
    const [from, to] = [startOf(which), startOf(other)];
    // The same bytes in memory, written differently or one of them further.
    let at = bytes === more && from === to ? Math.max(depth, leading) : depth;
    at = sameUpTo(bytes, from + at, from + leading, more, to - from) - from;
    if (at < leading) return at;
    while (at < last && patterns.byteAt(which, at) === patterns.byteAt(other, at)) at += 1;
    return at;
  }

  /** Sorts by the first two bytes. */
  const keyOf = (which: number): number => kindOf(which, 0) * (byteValues + 1) + kindOf(which, 1);

  /** By their keys, and those that came earlier first. */
  function sortedFrom(first: number): Float64Array {
    const keys = new Float64Array(count() - first);
    for (let index = 0; index < keys.length; index += 1)
      keys[index] = keyOf(first + index) * numbersPerKey + first + index;
    return keys.toSorted();
  }

  function find(byte: number, low: number, high: number, depth: number): number {
    let [found, after] = [low, high];
    while (found < after) {
      const middle = (found + after) >>> 1;
      if (byteAt(middle, depth) < byte) found = middle + 1;
      else after = middle;
    }
    return found;
  }

  return {
    update() {
      const merged = new Uint32Array(count());
      let [taken, to] = [0, 0];
      for (const keyed of sortedFrom(places.length)) {
        const key = Math.floor(keyed / numbersPerKey);
        let [found, after] = [taken, places.length];
        while (found < after) {
          const middle = (found + after) >>> 1;
          if (keyOf(places[middle] ?? 0) <= key) found = middle + 1;
          else after = middle;
        }
        merged.set(places.subarray(taken, found), to);
        to += found - taken;
        taken = found;
        merged[to] = keyed - key * numbersPerKey;
        to += 1;
      }
      merged.set(places.subarray(taken), to);
      places = merged;
    },
    sort(start, end, depth) {
      if (depth < sortedBytes) {
        let first = start;
        while (first < end && kindAt(first, depth) === 0) first += 1;
        return first;
      }
      if (end - start < 2 || isUniform(start, end, depth))
        return start < end && kindAt(start, depth) === 0 ? end : start;
      return end - start > kinds.length ? distribute(start, end, depth) : arrange(start, end, depth);
    },
    longest(start, end) {
      let longest = 0;
      for (let place = start; place < end; place += 1) longest = Math.max(longest, lengthOf(places[place] ?? 0));
      return longest;
    },
    parting(start, end, depth) {
      const which = places[start] ?? 0;
      let parting = lengthOf(which);
      for (let place = start + 1; place < end && parting > depth; place += 1)
        parting = partingOf(which, places[place] ?? 0, depth, parting);
      return parting;
    },
    alike(place, depth, chunk, at, end) {
      const which = places[place] ?? 0;
      const last = Math.min(end, at + leadingOf(which) - depth);
      let reached = sameUpTo(chunk, at, last, bytesOf(which), startOf(which) + depth - at);
      if (reached < last) return reached - at;
      while (reached < end && chunk[reached] === patterns.byteAt(which, depth + reached - at)) reached += 1;
      return reached - at;
    },
    byteAt,
    find,
    endOf(place, high, depth) {
      const byte = byteAt(place, depth);
      let from = place;
      // Mostly few patterns go on with one byte.
      for (let step = 1; from + step < high; step *= 2) {
        if (byteAt(from + step, depth) !== byte) return find(byte + 1, from, from + step, depth);
        from += step;
      }
      return find(byte + 1, from, high, depth);
    },
  };
}

/** How far the chunk is the same as other bytes. */
function sameUpTo(chunk: Uint8Array, from: number, end: number, bytes: Uint8Array, ahead: number): number {
  let at = from;
  while (at + blockBytes <= end && isSame(chunk, at, bytes, ahead + at)) at += blockBytes;
  while (at < end && chunk[at] === bytes[ahead + at]) at += 1;
  return at;
}

function isSame(bytes: Uint8Array, at: number, others: Uint8Array, from: number): boolean {
  if (bytes[at] !== others[from]) return false;
  return Buffer.compare(bytes.subarray(at, at + blockBytes), others.subarray(from, from + blockBytes)) === 0;
}
