import { notProvenOnServers, wrongOnLocalStack } from './not-proven.ts';
import { describeLocalstack } from './support/localstack-suite.ts';
import { describeServer } from './support/server-suite.ts';
import { localstackLane, startLocalstack } from './support/servers.ts';

describeServer(
  {
    lane: localstackLane,
    title: 'LocalStack',
    start: startLocalstack,
    notProven: notProvenOnServers,
    wrong: wrongOnLocalStack,
  },
  describeLocalstack,
);
