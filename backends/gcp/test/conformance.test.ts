import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it as test } from 'vitest';
import { transports } from './support/subject.ts';
import { suites } from './support/suites.ts';

for (const transport of transports) {
  for (const [layout, { capabilities, notProven, harness }] of Object.entries(suites)) {
    runConformance({ describe, test }, { name: `gcp ${layout} over ${transport}`, capabilities, notProven, harness: harness(transport) });
  }
}
