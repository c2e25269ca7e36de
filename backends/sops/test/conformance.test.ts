import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { describeLane } from '../../../test/support/lane.ts';
import { capabilities } from '../capabilities.ts';
import { notProven } from './not-proven.ts';
import { sopsLane } from './support/lane.ts';
import { harnessFor } from './support/subject.ts';

// The other formats, which take as long each: test/deep/sops-formats.test.ts.
describeLane(sopsLane, () => {
  runConformance(
    { describe, test: it },
    { name: 'sops, yaml (real sops and age)', capabilities, harness: harnessFor('yaml'), notProven },
  );
});
