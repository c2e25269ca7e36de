import { parseArgs } from 'node:util';
import { sandboxNames } from '../../src/agent/sandbox/profile.ts';
import { attack } from '../agent/support/kill-attack.ts';

// node test/deep/kills.ts [--kills 200] [--seed N] [--sandbox none]…: kills agents and steps at random moments.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    sandbox: { type: 'string', multiple: true, default: [...sandboxNames] },
  },
});
const image = process.env['KICI_TEST_STEP_IMAGE'] ?? 'debian:stable';
for (const sandbox of sandboxNames) {
  if (!values.sandbox.includes(sandbox)) continue;
  const began = performance.now();
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  console.log(`${sandbox}: ${kills} kills, seed ${seed}`);
  await attack({
    sandbox,
    options: sandbox === 'container' ? `container: { image: '${image}' },` : '',
    kills,
    seed,
    tell: console.log,
  });
  console.log(`${sandbox}: ${kills} kills left nothing, in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}
