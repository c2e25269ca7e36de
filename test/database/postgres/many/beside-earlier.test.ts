import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { workBeside } from '../../../orchestrator/support/beside-earlier.ts';
import { describeLane } from '../../../support/lane.ts';
import { postgresLane } from '../../../support/postgres.ts';

const revision = 'HEAD~1';
const isThere = spawnSync('git', ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]).status === 0;

describeLane(postgresLane, () => {
  it('an orchestrator of the revision before works beside this one on one schema', async (context) => {
    // No lane that somebody could demand: whoever has cloned without history cannot bring it.
    if (!isThere) context.skip('this checkout has no earlier revision');
    await workBeside(revision, 3);
  });
});
