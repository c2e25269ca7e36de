import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { workBeside } from '../../../orchestrator/support/beside-earlier.ts';
import { describeLane } from '../../../support/lane.ts';
import { postgresLane } from '../../../support/postgres.ts';

const revision = 'HEAD~1';
/** A checkout without history has none: there is nothing to prove there, so it is no lane that somebody can demand. */
const isThere = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]).status === 0;

describeLane(postgresLane, () => {
  it.runIf(isThere)('an orchestrator of the revision before works beside this one on one schema', async () => {
    await workBeside(revision, 3);
  });
});
