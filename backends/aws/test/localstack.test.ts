import { it } from 'vitest';
import { expectAlike } from './differential/compare.ts';
import { localstackDifferences } from './differential/differences.ts';
import { notProvenOnServers, wrongOnLocalStack } from './not-proven.ts';
import { describeServer } from './support/server-suite.ts';
import { localstackLane, startLocalstack } from './support/servers.ts';

describeServer({ lane: localstackLane, title: 'LocalStack', start: startLocalstack, notProven: notProvenOnServers, wrong: wrongOnLocalStack }, (endpoint) => {
  it('answers like the fake, but for what is explained', () => expectAlike(endpoint(), localstackDifferences));
});
