import { notProvenOnServers, wrongOnLocalStack } from './not-proven.ts';
import { describeLocalstack } from './support/localstack-suite.ts';
import { describeServer } from './support/server-suite.ts';
import { containerLane, startLocalstackContainer } from './support/servers.ts';

describeServer(
  {
    lane: containerLane,
    title: 'LocalStack in a container',
    start: startLocalstackContainer,
    notProven: notProvenOnServers,
    wrong: wrongOnLocalStack,
  },
  describeLocalstack,
);
