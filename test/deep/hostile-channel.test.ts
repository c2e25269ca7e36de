import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { attackAgent } from '../agent/support/hostile-channel.ts';

// SEED=… npx vitest run --config test/deep/vitest.config.ts test/deep/hostile-channel.test.ts
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);
const rounds = Number(process.env['ROUNDS'] ?? 20);
const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0;
const perRound = 25;

it.each(works ? ['none', 'bwrap'] : ['none'])(
  `a hostile channel ends its own step alone, in %s (seed ${seed})`,
  async (sandbox) => {
    for (let round = 0; round < rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one run after another
      await attackAgent(seed + round * perRound, perRound, sandbox);
    }
    process.stdout.write(`${rounds * perRound} hostile steps in ${sandbox}, seed ${seed}\n`);
  },
  3_600_000,
);
