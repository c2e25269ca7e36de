import { concurrentRunner } from '@kici-dev/secret-backend-conformance/testing';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { capabilitiesOf } from '../capabilities.ts';
import { notProvenOnFake } from './not-proven.ts';
import { fakeHarness } from './support/subject.ts';

proveAlsoThroughHost(concurrentRunner(describe, it), {
  name: 'ssm (fake)',
  capabilities: capabilitiesOf('Standard'),
  harness: fakeHarness,
  notProven: notProvenOnFake,
});
