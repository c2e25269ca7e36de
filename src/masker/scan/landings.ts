/** States along patterns that were reached without making those before them. */
export interface Landings {
  /** @param range identifies patterns that share every byte up to the depth and beyond */
  readonly add: (range: number, depth: number, state: number) => void;
  readonly at: (range: number, depth: number) => number | undefined;
  /** The next one beyond this depth, if it lies no further than the other. */
  readonly upTo: (range: number, beyond: number, depth: number) => number | undefined;
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
    upTo(range, beyond, depth) {
      const known = byRange.get(range);
      const place = firstFrom(known?.depths ?? [], beyond + 1);
      return (known?.depths[place] ?? Infinity) <= depth ? known?.states[place] : undefined;
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
