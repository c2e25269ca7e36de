import { it } from 'vitest';
import { expectAlike } from './differential/compare.ts';
import { motoDifferences } from './differential/differences.ts';
import { notProvenOnServers, wrongOnMoto } from './not-proven.ts';
import { describeServer } from './support/server-suite.ts';
import { motoLane, startMoto } from './support/servers.ts';

describeServer(
  { lane: motoLane, title: 'moto', start: startMoto, notProven: notProvenOnServers, wrong: wrongOnMoto },
  (endpoint) => {
    it('answers like the fake, but for what is explained', () => expectAlike(endpoint(), motoDifferences));
  },
);
