import { describe, expect, it } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { bwrapMissing } from './support/bwrap.ts';
import { graceMatrix } from './support/grace-matrix.ts';
import { printed, printing } from './support/output.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');

describe('none', () => {
  graceMatrix('none');

  it('a step is told that does not end when its function has returned', async () => {
    const { code, stderr } = await printed(
      printing(
        "step('s', () => { process.on('exit', () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }); })",
      ),
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('it was ended five seconds after its function')]);
  });
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  graceMatrix('bwrap');
});

describeLane({ name: 'container', missing }, () => {
  graceMatrix('container', `container: { image: '${image}' },`);
});
