import { expect, it } from 'vitest';
import { killAgainAndAgain } from '../orchestrator/support/kills.ts';
import { describeLane } from '../support/lane.ts';
import { makeDatabase, postgresLane, serverUrl } from '../support/postgres.ts';

const kills = Number(process.env['KILLS'] ?? 100);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

async function killAndCount(engine: string, databaseUrl?: string): Promise<void> {
  const { problems, ...figures } = await killAgainAndAgain(kills, seed, databaseUrl);
  console.log(`server kills: ${JSON.stringify({ engine, seed, ...figures, problems: problems.length })}`);
  expect(problems).toEqual([]);
}

const promise = `a server that is killed ${kills} times keeps every write that it has acknowledged (KILLS, SEED)`;

it(promise, () => killAndCount('SQLite'), 3_600_000);

describeLane(postgresLane, () => {
  it(promise, async () => killAndCount('PostgreSQL', serverUrl(await makeDatabase())), 3_600_000);
});
