import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { workBeside } from '../../../orchestrator/support/beside-earlier.ts';
import { describeLane } from '../../../support/lane.ts';
import { postgresLane } from '../../../support/postgres.ts';

const revision = 'HEAD~1';
const isThere = spawnSync('git', ['rev-parse', '--verify', '--quiet', revision]).status === 0;

describeLane(postgresLane, () => {
  describeLane({ name: 'history', missing: isThere ? undefined : 'this checkout has no earlier revision' }, () => {
    it('an orchestrator of the revision before works beside this one on one schema', async () => {
      await workBeside(revision, 3);
    });
  });
});
