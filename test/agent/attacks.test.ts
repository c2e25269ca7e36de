import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { runAttacks } from './support/attack-run.ts';
import { attackTable, type AttackPlace } from './support/attack-table.ts';
import { bwrapMissing } from './support/bwrap.ts';
import { gvisorMissing } from './support/gvisor.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const namespaces = spawnSync('unshare', ['--map-current-user', '--pid', '--fork', '--mount-proc', 'true']).status === 0;

/** What is said to be held is; and what is said not to be is tried for real, where everything can be: by root. */
function heldAgainst(place: AttackPlace): void {
  it('every attack is held, or is a limit that the documentation names', async () => {
    const got = await runAttacks(place, image);
    const broken = attackTable.filter(({ id }) => got.get(id) !== undefined).map(({ id }) => id);
    const limits = attackTable.filter(({ held }) => !held.includes(place)).map(({ id }) => id);
    if (process.getuid?.() === 0) expect(broken, show(got)).toEqual(limits);
    else
      expect(
        broken.filter((id) => !limits.includes(id)),
        show(got),
      ).toEqual([]);
    process.stdout.write(
      `attacks, ${place}: ${attackTable.length - limits.length} held, ${broken.length} limits seen\n`,
    );
  });
}

function show(got: ReadonlyMap<string, string | undefined>): string {
  return [...got].map(([id, end]) => `${id}: ${end ?? 'held'}`).join('\n');
}

describeLane(
  { name: 'namespaces', missing: namespaces ? undefined : 'this user can make no namespace of processes' },
  () => {
    describe('none', () => {
      heldAgainst('none');
    });
  },
);

describe('none, without namespaces', () => {
  heldAgainst('none, with --no-namespaces');
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  heldAgainst('bwrap');
});

const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');
describeLane({ name: 'container', missing }, () => {
  heldAgainst('container');
});

describeLane({ name: 'gvisor', missing: gvisorMissing }, () => {
  heldAgainst('container, with --runtime runsc');
});
