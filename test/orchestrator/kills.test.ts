import { expect, it } from 'vitest';
import { killAgainAndAgain } from './support/kills.ts';

it('a server that is killed keeps every write that it has acknowledged, and its audit log is intact', async () => {
  const { problems, acknowledged, renames } = await killAgainAndAgain(2, 3);
  expect(problems).toEqual([]);
  expect(acknowledged).toBeGreaterThan(0);
  expect(renames).toBeGreaterThan(0);
});
