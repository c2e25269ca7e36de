import { missingVariable, type Lane } from '../../support/lane.ts';

export const promtoolLane: Lane = {
  name: 'promtool',
  missing: missingVariable('KICI_TEST_PROMTOOL', "Prometheus's own checker of rules and metrics"),
};
