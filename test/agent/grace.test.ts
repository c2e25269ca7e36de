import { describe } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { bwrapMissing } from './support/bwrap.ts';
import { graceMatrix } from './support/grace-matrix.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');

describe('none', () => {
  graceMatrix('none');
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  graceMatrix('bwrap');
});

describeLane({ name: 'container', missing }, () => {
  graceMatrix('container', `container: { image: '${image}' },`);
});
