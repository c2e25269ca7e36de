/** States along patterns that were reached without making those before them. */
export interface Landings {
  /** @param range identifies patterns that share every byte up to the depth and beyond */
  readonly add: (range: number, depth: number, state: number) => void;
  readonly at: (range: number, depth: number) => number | undefined;
  /** The least depth of a landing beyond this one; `Infinity` for none. */
  readonly after: (range: number, depth: number) => number;
}

interface Known {
  readonly depths: number[];
  readonly states: number[];
}

export function createLandings(): Landings {
  const byRange = new Map<number, Known>();

  return {
    add(range, depth, state) {
      const known = byRange.get(range) ?? { depths: [], states: [] };
      byRange.set(range, known);
      const place = firstFrom(known.depths, depth);
      known.depths.splice(place, 0, depth);
      known.states.splice(place, 0, state);
    },
    at(range, depth) {
      const known = byRange.get(range);
      if (known === undefined) return undefined;
      const place = firstFrom(known.depths, depth);
      return known.depths[place] === depth ? known.states[place] : undefined;
    },
    after(range, depth) {
      const depths = byRange.get(range)?.depths ?? [];
      return depths[firstFrom(depths, depth + 1)] ?? Infinity;
    },
  };
}

/** The first place whose depth is not less. */
function firstFrom(depths: readonly number[], depth: number): number {
  let [found, after] = [0, depths.length];
  while (found < after) {
    const middle = (found + after) >>> 1;
    if ((depths[middle] ?? 0) < depth) found = middle + 1;
    else after = middle;
  }
  return found;
}
