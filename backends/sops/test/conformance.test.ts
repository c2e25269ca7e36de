import { concurrentRunner, describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { capabilities } from '../capabilities.ts';
import { notProven } from './not-proven.ts';
import { sopsLane } from './support/lane.ts';
import { harnessFor } from './support/subject.ts';

// The other formats take as long each, so they run in test/deep/sops-formats.test.ts.
describeLane({ describe, test: it }, sopsLane, () => {
  proveAlsoThroughHost(concurrentRunner(describe, it), {
    name: 'sops, yaml (real sops and age)',
    capabilities,
    harness: harnessFor('yaml'),
    notProven,
  });
});
