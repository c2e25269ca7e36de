import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configurationItems } from '../../src/cli/orchestrator/configuration-items.ts';
import { describeLane } from '../support/lane.ts';
import { deployFolder, run } from './support/image.ts';

const unit = 'kici-orchestrator.service';
const missing =
  spawnSync('systemd-analyze', ['--version']).status === 0
    ? undefined
    : 'systemd-analyze is not installed; `.ci/setup` provides it';

/** The unit with a program that is there. */
async function unitHere(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-unit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const text = await readFile(join(deployFolder, 'systemd', unit), 'utf8');
  await writeFile(join(folder, unit), text.replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath}`));
  return join(folder, unit);
}

describeLane({ name: 'systemd', missing }, () => {
  it('the unit has no line that systemd does not know', async () => {
    const file = await unitHere();
    expect(spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('its exposure is 1.1 of 10, where less is better', async () => {
    const args = ['security', '--offline=true', '--threshold=11', '--no-pager', await unitHere()];
    const printed = await run('systemd-analyze', args);
    const overall = /Overall exposure level for \S+: .*$/m.exec(printed)?.[0];
    console.log(overall);
    expect(overall).toMatch(/: 1\.1 OK/);
  });
});

it('the unit sets only variables that the program knows', async () => {
  const text = await readFile(join(deployFolder, 'systemd', unit), 'utf8');
  const variables = [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name);
  const known = new Set<string | undefined>(Object.values(configurationItems).map(({ variable }) => variable));
  expect(variables.filter((name) => !known.has(name))).toEqual(['XDG_CONFIG_HOME', 'NODE_OPTIONS']);
});
