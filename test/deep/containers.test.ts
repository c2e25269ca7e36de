import { notProvenOnServers, wrongOnLocalStack } from '../../backends/aws/test/not-proven.ts';
import { describeLocalstack } from '../../backends/aws/test/support/localstack-suite.ts';
import { describeServer } from '../../backends/aws/test/support/server-suite.ts';
import { containerLane as localstackLane, startLocalstackContainer } from '../../backends/aws/test/support/servers.ts';
import { containerLane as vaultLane, startContainer } from '../../backends/vault/test/support/container.ts';
import { realSuite } from '../../backends/vault/test/support/real-suite.ts';
import { describeLane } from '../support/lane.ts';

describeLane(vaultLane, () => realSuite('container', startContainer));

describeServer(
  {
    lane: localstackLane,
    title: 'LocalStack in a container',
    start: startLocalstackContainer,
    notProven: notProvenOnServers,
    wrong: wrongOnLocalStack,
  },
  describeLocalstack,
);
