import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { memoryCapabilities, memoryHarness, runConformance } from '@kici-dev/secret-backend-conformance';
import { expect, it } from 'vitest';

it('the kit runs under node:test, with what is not proven counted as skipped', async () => {
  let defined = 0;
  runConformance(
    { describe: (_, define) => define(), test: () => (defined += 1) },
    { name: 'count', capabilities: memoryCapabilities, harness: memoryHarness() },
  );
  // With the variables of an outer runner, node:test would report to that one.
  const { NODE_TEST_CONTEXT: _outer, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--test', '--test-reporter=tap', `${import.meta.dirname}/fixtures/reference.node-test.ts`],
    { env },
  );
  expect(stdout).toContain(`# pass ${defined - 2}\n# fail 0\n# cancelled 0\n# skipped 2\n`);
  expect(stdout).toMatch(/ok \d+ - outcome\.corrupt.* # SKIP the fixture leaves the verb out/);
}, 300_000);
