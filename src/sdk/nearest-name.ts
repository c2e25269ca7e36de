/**
 * The known name that was probably meant, if one is near enough. This package imports nothing, so it looks for itself.
 */
export function nearestName(wanted: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(wanted.length > 3 ? 2 : 1, Math.floor(wanted.length / 3)))
    .toSorted((left, right) => left.distance - right.distance);
  return nearest?.name;
}

/** Letters to insert, leave out or replace; no name here is longer than a line. */
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
