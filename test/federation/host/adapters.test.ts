import { runConformance, type Conformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { objectPerScopeCapabilities, secretPerKeyCapabilities } from '../../../backends/aws/capabilities.ts';
import { notProvenOnFake } from '../../../backends/aws/test/not-proven.ts';
import { fakeHarness } from '../../../backends/aws/test/support/subject.ts';
import { suites as gcp } from '../../../backends/gcp/test/support/suites.ts';
import { capabilities as internalCapabilities } from '../../../backends/internal/capabilities.ts';
import { harness as internalHarness, notProven as notProvenOnInternal } from '../../../backends/internal/test/suite.ts';
import { capabilitiesFor, vaultHarness } from '../../../backends/vault/test/support/harness.ts';
import { notProven as notProvenOnVault } from '../../../backends/vault/test/support/not-proven.ts';
import { fakeServer } from '../../../backends/vault/test/support/server.ts';
import { throughHost } from '../../support/through-host.ts';

const vault = fakeServer();

/** Every adapter over its service's fake, as it is proven by itself. */
const adapters: Readonly<Record<string, Omit<Conformance, 'name'>>> = {
  'internal (SQLite)': { capabilities: internalCapabilities, harness: internalHarness, notProven: notProvenOnInternal },
  'vault kv2 (fake)': { capabilities: capabilitiesFor({ kvVersion: '2' }), harness: vaultHarness(() => vault, { kvVersion: '2' }), notProven: notProvenOnVault['2'] },
  'vault kv1 (fake)': { capabilities: capabilitiesFor({ kvVersion: '1' }), harness: vaultHarness(() => vault, { kvVersion: '1' }), notProven: notProvenOnVault['1'] },
  'aws, secret-per-key (fake)': { capabilities: secretPerKeyCapabilities, harness: fakeHarness('secret-per-key'), notProven: notProvenOnFake['secret-per-key'] },
  'aws, object-per-scope (fake)': { capabilities: objectPerScopeCapabilities, harness: fakeHarness('object-per-scope'), notProven: notProvenOnFake['object-per-scope'] },
  'gcp secret-per-key over grpc': { ...gcp['secret-per-key'], harness: gcp['secret-per-key'].harness('grpc') },
  'gcp object-per-scope over rest': { ...gcp['object-per-scope'], harness: gcp['object-per-scope'].harness('rest') },
};

for (const [name, suite] of Object.entries(adapters)) {
  runConformance({ describe, test: it }, { ...suite, name: `${name} through the host`, harness: throughHost(suite.harness) });
}
