import { expect, it } from 'vitest';
import { runSwarm } from '../orchestrator/support/swarm.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const seconds = number('SECONDS', 60);
const agents = number('AGENTS', 50);

it(`${agents} agents lose nothing while orchestrators and database are killed for ${seconds} s (SECONDS, AGENTS)`, async () => {
  const { problems, ...figures } = await runSwarm({
    seconds,
    agents,
    killEveryMs: 2_000,
    databaseKills: number('DATABASE_KILLS', 2),
    partitionMs: 5_000,
  });
  console.log(`swarm: ${JSON.stringify({ ...figures, problems: problems.length })}`);
  expect(problems).toEqual([]);
}, 3_600_000);
