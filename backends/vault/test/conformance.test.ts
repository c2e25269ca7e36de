import { concurrentRunner } from '@kici-dev/secret-backend-conformance/testing';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { capabilitiesFor, vaultHarness, type HarnessOptions } from './support/harness.ts';
import { notProven } from './support/not-proven.ts';
import { fakeServer } from './support/server.ts';

const server = fakeServer();

const suites: Readonly<Record<string, HarnessOptions>> = {
  'vault kv2 (fake)': { kvVersion: '2' },
  'vault kv1 (fake)': { kvVersion: '1' },
  'vault kv2 (fake, names from subkeys alone)': { kvVersion: '2', listing: 'subkeys' },
  'vault kv2 (fake, version detected, names from values)': { kvVersion: '2', said: 'auto', listing: 'values' },
  'vault kv1 (fake, version detected)': { kvVersion: '1', said: 'auto' },
};

for (const [name, options] of Object.entries(suites)) {
  proveAlsoThroughHost(concurrentRunner(describe, it), {
    name,
    capabilities: capabilitiesFor(options),
    harness: vaultHarness(() => server, options),
    notProven: notProven[options.kvVersion],
  });
}
