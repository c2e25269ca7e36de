/**
 * Work that pauses after each small piece, so that a large catalogue does not block the event loop. The caller decides
 * what runs in between; the result is the same.
 */
export type Pieces<T> = Generator<undefined, T, undefined>;

/** For callers that prefer to run it in one go. */
export function withoutPause<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

const sortedAtOnce = 256;

/** Sorts in place, like `Array.prototype.sort`. */
export function* sortInPieces<T>(items: T[], compare: (left: T, right: T) => number): Pieces<void> {
  if (items.length <= sortedAtOnce) {
    items.sort(compare);
    return;
  }
  let runs: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += sortedAtOnce) {
    runs.push(items.slice(start, start + sortedAtOnce).toSorted(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], compare));
    runs = merged;
  }
  for (const [at, item] of (runs[0] ?? []).entries()) items[at] = item;
}

function* merge<T>(left: readonly T[], right: readonly T[], compare: (left: T, right: T) => number): Pieces<T[]> {
  const merged: T[] = [];
  const rest = right.values();
  let next = rest.next();
  for (const item of left) {
    for (; next.done !== true && compare(next.value, item) < 0; next = rest.next()) {
      merged.push(next.value);
      yield;
    }
    merged.push(item);
    yield;
  }
  for (; next.done !== true; next = rest.next()) merged.push(next.value);
  return merged;
}
