import { describeLane } from '../../../test/support/lane.ts';
import { containerLane, startContainer } from './support/container.ts';
import { realSuite } from './support/real-suite.ts';

// The server of the lane `openbao` once more, in a container: all of it runs in `test/deep/containers.test.ts`.
describeLane(containerLane, () => realSuite('container', startContainer, ['2']));
