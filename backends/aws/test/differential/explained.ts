import { expect } from 'vitest';

/** Answers by step. Those that differ must be explained, and what is explained must differ. */
export function expectExplained(
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
  explained: Readonly<Record<string, string>>,
): void {
  const differing = [...ours.keys()].filter((step) => ours.get(step) !== theirs.get(step));
  const unexplained = differing
    .filter((step) => !(step in explained))
    .map((step) => ({ step, fake: ours.get(step), server: theirs.get(step) }));
  expect(unexplained).toEqual([]);
  expect(
    Object.keys(explained).filter((step) => !differing.includes(step)),
    'these are alike after all',
  ).toEqual([]);
}
