import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { capabilities } from '../../backends/sops/capabilities.ts';
import { notProven } from '../../backends/sops/test/not-proven.ts';
import { sopsLane } from '../../backends/sops/test/support/lane.ts';
import { harnessFor } from '../../backends/sops/test/support/subject.ts';
import { describeLane } from '../support/lane.ts';

const noNull = { 'outcome.null': 'a line of this format holds text, and none of them is null' };

describeLane(sopsLane, () => {
  for (const format of ['json', 'dotenv', 'ini'] as const)
    runConformance(
      { describe, test: it },
      {
        name: `sops, ${format} (real sops and age)`,
        capabilities,
        harness: harnessFor(format),
        notProven: { ...notProven, ...(format !== 'json' && noNull) },
      },
    );
});
