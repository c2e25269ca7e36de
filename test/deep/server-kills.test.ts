import { expect, it } from 'vitest';
import { killAgainAndAgain } from '../orchestrator/support/kills.ts';

const kills = Number(process.env['KILLS'] ?? 100);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

it(`a server that is killed ${kills} times keeps every write that it has acknowledged (KILLS, SEED)`, async () => {
  const { problems, ...figures } = await killAgainAndAgain(kills, seed);
  console.log(`server kills: ${JSON.stringify({ seed, ...figures, problems: problems.length })}`);
  expect(problems).toEqual([]);
}, 3_600_000);
