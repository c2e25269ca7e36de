import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { capabilitiesFor, vaultHarness } from './support/harness.ts';
import { notProven } from './support/not-proven.ts';
import { fakeServer } from './support/server.ts';

const server = fakeServer();

for (const kvVersion of ['2', '1'] as const) {
  runConformance({ describe, test: it }, {
    name: `vault kv${kvVersion} (fake)`, capabilities: capabilitiesFor({ kvVersion }), harness: vaultHarness(() => server, { kvVersion }), notProven: notProven[kvVersion],
  });
}
