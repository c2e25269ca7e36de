import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { describeLane } from '../support/lane.ts';
import { cleanEnvironment } from '../support/programs.ts';
import { missingTerminal, runOnTerminal } from '../support/run-program.ts';
import { root } from './markdown.ts';

describeLane({ name: 'pseudo-terminal', missing: missingTerminal }, () => {
  it('the first secret of the README, pasted whole into a shell, ends with a masked log', async () => {
    const page = await readFile(join(root, 'README.md'), 'utf8');
    const block = /## A first secret\n+```\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(block).toContain('kici-orchestrator &');
    const home = await mkdtemp(join(tmpdir(), 'kici-first-'));
    try {
      // In a checkout npx finds the programs; this folder is not the checkout, so that nothing is written there.
      const npx = `#!/bin/sh\nname=$1; shift; exec '${process.execPath}' '${root}/src/cli/bin/'"$name.mjs" "$@"\n`;
      await mkdir(join(home, 'bin'));
      await writeFile(join(home, 'bin/npx'), npx, { mode: 0o755 });
      const port = await freePort();
      const clean = cleanEnvironment(home);
      const { screen } = await runOnTerminal(
        `cd '${home}' && exec bash --norc --noprofile -i`,
        [
          { waitFor: /\$ $/, type: block },
          { waitFor: /workflow hello: |^kici: /m, type: 'kill %1; wait; exit\n' },
        ],
        {
          ...clean,
          PATH: `${join(home, 'bin')}:${clean['PATH']}`,
          PS1: '$ ',
          KICI_PORT: String(port),
          KICI_URL: `http://127.0.0.1:${port}`,
        },
      );
      expect(screen).toContain('DB_PASSWORD is ***');
      expect(screen).toMatch(/workflow hello: succeeded/);
      expect(screen).not.toMatch(/^kici(?:-admin|-orchestrator)?: /m);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
