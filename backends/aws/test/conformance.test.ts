import { concurrentRunner } from '@kici-dev/secret-backend-conformance/testing';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { objectPerScopeCapabilities, secretPerKeyCapabilities } from '../capabilities.ts';
import { notProvenOnFake } from './not-proven.ts';
import { fakeHarness } from './support/subject.ts';

proveAlsoThroughHost(concurrentRunner(describe, it), {
  name: 'aws, secret-per-key (fake)',
  capabilities: secretPerKeyCapabilities,
  harness: fakeHarness('secret-per-key'),
  notProven: notProvenOnFake['secret-per-key'],
});
proveAlsoThroughHost(concurrentRunner(describe, it), {
  name: 'aws, object-per-scope (fake)',
  capabilities: objectPerScopeCapabilities,
  harness: fakeHarness('object-per-scope'),
  notProven: notProvenOnFake['object-per-scope'],
});
