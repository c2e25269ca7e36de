import { proveAlsoThroughHost } from '../../../test/support/conformance.ts';
import { objectPerScopeCapabilities, secretPerKeyCapabilities } from '../capabilities.ts';
import { notProvenOnFake } from './not-proven.ts';
import { fakeHarness } from './support/subject.ts';

proveAlsoThroughHost({
  name: 'aws, secret-per-key (fake)',
  capabilities: secretPerKeyCapabilities,
  harness: fakeHarness('secret-per-key'),
  notProven: notProvenOnFake['secret-per-key'],
});
proveAlsoThroughHost({
  name: 'aws, object-per-scope (fake)',
  capabilities: objectPerScopeCapabilities,
  harness: fakeHarness('object-per-scope'),
  notProven: notProvenOnFake['object-per-scope'],
});
