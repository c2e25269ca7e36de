import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { describe, it } from 'vitest';
import { containerLane, startContainer } from './support/container.ts';
import { realSuite } from './support/real-suite.ts';

// Repeats the lane `openbao` in a container; all of it runs in `test/deep/containers.test.ts`.
describeLane({ describe, test: it }, containerLane, () => realSuite('container', startContainer, ['2']));
