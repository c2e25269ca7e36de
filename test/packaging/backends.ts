import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../.ci/build/packages.ts';
import { sopsLane } from '../../backends/sops/test/support/lane.ts';
import type { Installed } from './examples.ts';

const run = promisify(execFile);

/** Tools that a backend's author installs beside ours, and the client that ssm's tests seed with. */
const tools = [
  'vitest',
  'typescript',
  'typescript-5.9',
  '@types/node',
  '@aws-sdk/client-ssm',
  '@testcontainers/localstack',
];

/**
 * Registers the tests of backends that were written with nothing but the published packages: each folder is copied out
 * of the repository, and finds our packages packed. A backend that builds on another borrows that one's stand-ins.
 */
export function describeBackends(installed: () => Installed): void {
  describe('a backend outside of the repository', () => {
    const place = (): string => join(installed().project, '..', 'outside');

    beforeAll(async () => {
      await mkdir(join(place(), 'node_modules/@types'), { recursive: true });
      for (const scope of ['@aws-sdk', '@testcontainers']) await mkdir(join(place(), 'node_modules', scope));
      await symlink(join(installed().project, 'node_modules/@kici-dev'), join(place(), 'node_modules/@kici-dev'));
      for (const tool of tools) await symlink(join(root, 'node_modules', tool), join(place(), 'node_modules', tool));
      for (const folder of ['ssm', 'sops', 'aws/test'])
        await cp(join(root, 'backends', folder), join(place(), 'backends', folder), { recursive: true });
      await writeFile(join(place(), 'package.json'), '{"type":"module"}');
    });

    it.each(['typescript', 'typescript-5.9'])('type-checks with %s', async (compiler) => {
      const files = (await readdir(place(), { recursive: true })).filter(
        (file) =>
          /^backends\/(?:ssm|sops)\/.*\.ts$/.test(file) &&
          !file.includes('node_modules') &&
          !file.includes('docs.test'),
      );
      await writeFile(
        join(place(), 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: {
            noEmit: true,
            module: 'nodenext',
            target: 'es2024',
            lib: ['es2024', 'esnext.disposable', 'esnext.iterator', 'esnext.array'],
            strict: true,
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            types: ['node'],
          },
          files,
        }),
      );
      const args = [join(root, 'node_modules', compiler, 'bin/tsc'), '--pretty', 'false', '-p', place()];
      const problem: unknown = await run(process.execPath, args, { cwd: place() }).catch((error: unknown) => error);
      expect(problem).toMatchObject({ stdout: '', stderr: '' });
    });

    // The whole suites run in the repository; here it is to be seen that nothing of it is missing.
    it.each(['ssm', 'sops'])('passes its suite as far as reading goes: %s', async (name) => {
      const suite = `backends/${name}/test/conformance.test.ts`;
      const args = ['run', suite, '-t', 'reading\\.', '--testTimeout=60000', '--root', place()];
      const { stdout } = await run(process.execPath, [join(place(), 'node_modules/vitest/vitest.mjs'), ...args], {
        cwd: place(),
        env: { ...process.env, VITEST: undefined, NO_COLOR: '1' },
      });
      expect(stdout).toMatch(name === 'sops' && sopsLane.missing !== undefined ? /skipped/ : /Tests +\d+ passed/);
    });
  });
}
