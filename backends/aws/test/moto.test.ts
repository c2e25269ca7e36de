import { notProvenOnServers, wrongOnMoto } from './not-proven.ts';
import { describeServer } from './support/server-suite.ts';
import { motoLane, startMoto } from './support/servers.ts';

describeServer({ lane: motoLane, title: 'moto', start: startMoto, notProven: notProvenOnServers, wrong: wrongOnMoto }, () => {});
