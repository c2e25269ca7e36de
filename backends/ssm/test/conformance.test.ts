import { proveAlsoThroughHost } from '../../../test/support/conformance.ts';
import { capabilitiesOf } from '../capabilities.ts';
import { notProvenOnFake } from './not-proven.ts';
import { fakeHarness } from './support/subject.ts';

proveAlsoThroughHost({
  name: 'ssm (fake)',
  capabilities: capabilitiesOf('Standard'),
  harness: fakeHarness,
  notProven: notProvenOnFake,
});
