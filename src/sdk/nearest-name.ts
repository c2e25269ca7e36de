/**
 * The known name that was probably meant, if one is near enough. Implemented here because this package imports nothing.
 */
export function nearestName(wanted: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(wanted.length > 3 ? 2 : 1, Math.floor(wanted.length / 3)))
    .toSorted((left, right) => left.distance - right.distance);
  return nearest?.name;
}

/** Counts letters to insert, delete or replace; names are at most one line long. */
function editDistance(left: string, right: string): number {
  let before = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const letter of left.slice(0, 100)) {
    const row = [(before[0] ?? 0) + 1];
    for (const [index, other] of Array.from(right).entries())
      row.push(
        Math.min(
          (row[index] ?? 0) + 1,
          (before[index + 1] ?? 0) + 1,
          (before[index] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    before = row;
  }
  return before.at(-1) ?? 0;
}
