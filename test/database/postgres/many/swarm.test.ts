import { expect, it } from 'vitest';
import { runSwarm } from '../../../orchestrator/support/swarm.ts';
import { describeLane } from '../../../support/lane.ts';
import { postgresProgramsLane } from '../../../support/postgres-cluster.ts';

describeLane(postgresProgramsLane, () => {
  it('agents lose nothing, and read nothing wrong, while orchestrators and the database are killed', async () => {
    const { problems, ...figures } = await runSwarm({
      seconds: 7,
      agents: 12,
      killEveryMs: 2_000,
      databaseKills: 1,
      partitionMs: 1_500,
    });
    console.log(`swarm: ${JSON.stringify(figures)}`);
    expect(problems).toEqual([]);
    expect(figures.orchestratorKills).toBeGreaterThan(0);
    expect(Math.min(figures.reads, figures.writes, figures.bindings)).toBeGreaterThan(0);
  });
});
