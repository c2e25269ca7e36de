import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { describe, it } from 'vitest';
import { openBaoLane, startOpenBao } from './support/open-bao.ts';
import { realSuite } from './support/real-suite.ts';

describeLane({ describe, test: it }, openBaoLane, () => realSuite('OpenBao, process', () => startOpenBao()));
