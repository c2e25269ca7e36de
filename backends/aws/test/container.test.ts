import { notProvenOnServers, wrongOnLocalStack } from './not-proven.ts';
import { describeServer } from './support/server-suite.ts';
import { containerLane, startLocalstackContainer } from './support/servers.ts';

// Repeats the lane `localstack` in a container; all of it runs in `test/deep/containers.test.ts`.
describeServer({
  lane: containerLane,
  title: 'LocalStack in a container',
  layouts: ['secret-per-key'],
  start: startLocalstackContainer,
  notProven: notProvenOnServers,
  wrong: wrongOnLocalStack,
});
