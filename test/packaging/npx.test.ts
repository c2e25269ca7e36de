import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../../.ci/build/packages.ts';

/** npm does not start the programs of a package with a script that it would have to run first. */
it('npx starts the programs of a checkout, as the pages type them', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kici-npx-'));
  try {
    const { stdout } = await promisify(execFile)('npx', ['--offline', 'kici', '--version'], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: home },
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  } finally {
    await rm(home, { recursive: true });
  }
});
