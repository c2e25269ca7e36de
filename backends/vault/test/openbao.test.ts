import { describeLane } from '../../../test/support/lane.ts';
import { openBaoLane, startOpenBao } from './support/open-bao.ts';
import { realSuite } from './support/real-suite.ts';

describeLane(openBaoLane, () => realSuite('OpenBao, process', () => startOpenBao()));
