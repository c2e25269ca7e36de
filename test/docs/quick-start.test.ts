import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cleanEnvironment } from '../support/programs.ts';
import { freePort } from '../support/free-port.ts';
import { root } from './markdown.ts';

const run = promisify(execFile);

it('the quick start, run command by command in an empty home, ends with a masked deploy log', async () => {
  const page = await readFile(join(root, 'docs/quick-start.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block ?? []);
  expect(blocks.length).toBeGreaterThan(5);
  const home = await mkdtemp(join(tmpdir(), 'kici-quick-'));
  try {
    // In a checkout npx finds the programs; this folder is not the checkout, so that nothing is written there.
    await mkdir(join(home, 'bin'));
    await writeFile(
      join(home, 'bin/npx'),
      `#!/bin/sh\nname=$1; shift; exec '${process.execPath}' '${root}/src/cli/bin/'"$name.mjs" "$@"\n`,
      { mode: 0o755 },
    );
    const port = await freePort();
    const clean = cleanEnvironment(home);
    // Every command must succeed; the last block ends what the first started.
    const script = `set -eo pipefail\ntrap 'kill %1 2>/dev/null || true; wait' EXIT\ncd '${home}'\n${blocks.join('\n')}`;
    const { stdout, stderr } = await run('bash', ['--norc', '--noprofile', '-c', script], {
      env: {
        ...clean,
        PATH: `${join(home, 'bin')}:${clean['PATH']}`,
        KICI_PORT: String(port),
        KICI_URL: `http://127.0.0.1:${port}`,
      },
    });
    expect(stdout).toContain('deploying to eu-central-1 with ***\n');
    expect(stdout).toContain('workflow deploy: succeeded');
    expect(stdout).toContain('DEPLOY_TOKEN');
    expect(stderr).not.toMatch(/^kici(?:-admin)?: /m);
    expect(await readFile(join(home, '.kici/secrets.d.ts'), 'utf8')).toContain('DEPLOY_TOKEN');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
