import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { objectPerScopeCapabilities, secretPerKeyCapabilities } from '../capabilities.ts';
import { notProvenOnFake } from './not-proven.ts';
import { fakeHarness } from './support/subject.ts';

const runner = { describe, test: it };

runConformance(runner, {
  name: 'aws, secret-per-key (fake)', capabilities: secretPerKeyCapabilities, harness: fakeHarness('secret-per-key'), notProven: notProvenOnFake['secret-per-key'],
});
runConformance(runner, {
  name: 'aws, object-per-scope (fake)', capabilities: objectPerScopeCapabilities, harness: fakeHarness('object-per-scope'), notProven: notProvenOnFake['object-per-scope'],
});
