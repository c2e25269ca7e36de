import { it } from 'vitest';
import { bwrapMissing } from '../agent/support/bwrap.ts';
import { attackAgent } from '../agent/support/hostile-channel.ts';
import { describeLane, missingVariable } from '../support/lane.ts';

// SEED=… npx vitest run --config test/deep/vitest.config.ts test/deep/hostile-channel.test.ts
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
const rounds = Number(process.env['ROUNDS'] ?? 20);
const perRound = 25;

function attacked(sandbox: string, extra = ''): void {
  it(`a hostile channel ends its own step alone, in ${sandbox} (seed ${seed})`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one run after another
      await attackAgent(seed + round * perRound, perRound, sandbox, extra);
    }
    process.stdout.write(`${rounds * perRound} hostile steps in ${sandbox}, seed ${seed}\n`);
  }, 3_600_000);
}

attacked('none');

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  attacked('bwrap');
});

const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc');
describeLane({ name: 'container', missing }, () => {
  attacked('container', `container: { image: '${process.env['KICI_TEST_STEP_IMAGE'] ?? ''}' },`);
});
