const mostShown = 3;
/** Comparing takes microseconds for each name, and a list may have a million. */
const mostCompared = 1_000;

/** The known names closest to a wanted one, for an error message. */
export function nearMatches(wanted: string, known: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return [...known]
    .filter((name) => Math.abs(name.length - wanted.length) <= limit)
    .slice(0, mostCompared)
    .map((name) => ({
      name,
      distance: name.toLowerCase() === wanted.toLowerCase() ? 0 : editDistance(wanted.slice(0, 64), name.slice(0, 64)),
    }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, mostShown)
    .map(({ name }) => name);
}

/** Levenshtein's distance. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of Array.from(left).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(right).entries()) {
      current.push(
        Math.min(
          (previous[column + 1] ?? 0) + 1,
          (current[column] ?? 0) + 1,
          (previous[column] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
