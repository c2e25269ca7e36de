const mostShown = 3;
/** Characters of a name that are compared. */
const longest = 64;
/** A list may have a million names, and the caller may choose a long one. */
const mostSteps = 1_000_000;

/** The known names closest to a wanted one, for error messages. */
export function nearMatches(wanted: string, known: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return [...known]
    .filter((name) => Math.abs(name.length - wanted.length) <= limit)
    .slice(0, mostSteps / Math.min(wanted.length + 1, longest) ** 2)
    .map((name) => ({
      name,
      distance:
        name.toLowerCase() === wanted.toLowerCase()
          ? 0
          : editDistance(wanted.slice(0, longest), name.slice(0, longest)),
    }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, mostShown)
    .map(({ name }) => name);
}

/** Levenshtein distance. Called a thousand times in a row, so the inner loop allocates nothing. */
function editDistance(left: string, right: string): number {
  let previous = Uint8Array.from({ length: right.length + 1 }, (_, index) => index);
  let current = new Uint8Array(right.length + 1);
  for (let row = 0; row < left.length; row += 1) {
    const letter = left.charCodeAt(row);
    current[0] = row + 1;
    for (let column = 0; column < right.length; column += 1)
      current[column + 1] = Math.min(
        (previous[column + 1] ?? 0) + 1,
        (current[column] ?? 0) + 1,
        (previous[column] ?? 0) + (letter === right.charCodeAt(column) ? 0 : 1),
      );
    [previous, current] = [current, previous];
  }
  return previous[right.length] ?? 0;
}
