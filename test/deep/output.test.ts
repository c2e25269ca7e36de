import { describe, expect, it } from 'vitest';
import { bwrapMissing } from '../agent/support/bwrap.ts';
import { printed, printing } from '../agent/support/output.ts';
import { expectSame, outputMatrix } from '../agent/support/output-matrix.ts';
import { slowReaders } from '../agent/support/slow-readers.ts';
import { describeLane, missingVariable } from '../support/lane.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const line = '0123456789abcde\n';
const count = 50_000_000 / line.length;

/** @param extra job options, each followed by a comma */
function largeOutput(sandbox: string, extra = ''): void {
  it('one write of 50 MB arrives', async () => {
    const source = printing(
      `step('s', () => { process.stdout.write(${JSON.stringify(line)}.repeat(${count})); })`,
      extra,
    );
    const { code, stdout } = await printed(source, '--sandbox', sandbox);
    expect(code).toBe(0);
    expectSame(stdout, line.repeat(count));
  }, 120_000);
}

describe('none', () => {
  largeOutput('none');
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  outputMatrix('bwrap');
  largeOutput('bwrap');
  slowReaders('bwrap');
});

describeLane(
  {
    name: 'container',
    missing:
      missingVariable('DOCKER_HOST', 'a container engine') ??
      missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image'),
  },
  () => {
    const inImage = `container: { image: '${image}' },`;
    outputMatrix('container', inImage);
    largeOutput('container', inImage);
    slowReaders('container', inImage);
  },
);
