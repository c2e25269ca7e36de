/** Stretches of bytes to be masked, in order; overlapping ones are merged. */
export interface Spans {
  /** `end` is exclusive. */
  readonly add: (start: number, end: number) => void;
  readonly count: () => number;
  readonly startOf: (index: number) => number;
  readonly endOf: (index: number) => number;
  /** Drops the first ones. */
  readonly drop: (count: number) => void;
  /** Counts positions from a later byte on. */
  readonly shift: (by: number) => void;
}

export function createSpans(): Spans {
  /** Start and end of each, alternating. */
  let edges: number[] = [];

  function merge(start: number, end: number): void {
    let after = edges.length;
    while (after > 0 && (edges[after - 2] ?? 0) >= end) after -= 2;
    let [first, from, to] = [after, start, end];
    while (first > 0 && (edges[first - 1] ?? 0) > start) {
      from = Math.min(from, edges[first - 2] ?? 0);
      to = Math.max(to, edges[first - 1] ?? 0);
      first -= 2;
    }
    if (first === edges.length) edges.push(from, to);
    else edges.splice(first, after - first, from, to);
  }

  return {
    add(start, end) {
      const last = edges.length - 1;
      if (last < 0 || (edges[last] ?? 0) <= start) edges.push(start, end);
      // Most overlaps are a longer pattern with the same beginning.
      else if ((edges[last - 1] ?? 0) === start && (edges[last] ?? 0) <= end) edges[last] = end;
      else merge(start, end);
    },
    count: () => edges.length / 2,
    startOf: (index) => edges[index * 2] ?? 0,
    endOf: (index) => edges[index * 2 + 1] ?? 0,
    drop(count) {
      edges = count * 2 === edges.length ? [] : edges.slice(count * 2);
    },
    shift(by) {
      edges = edges.map((edge) => edge - by);
    },
  };
}
