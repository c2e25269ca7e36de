import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processStatus } from '../../src/agent/process/process-status.ts';
import { isRunning, processIdentity } from '../../src/agent/process/identity.ts';
import { describeLane, missingVariable } from '../support/lane.ts';
import { programFile } from '../support/programs.ts';
import { bwrapMissing } from './support/bwrap.ts';
import { orphanMatrix, whatOutlivesBoth } from './support/orphan-matrix.ts';
import { printing } from './support/output.ts';
import { finished, makeProject } from './support/project.ts';
import { expectNothingLeft } from './support/remains.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');

describe('none', () => {
  orphanMatrix('none');

  it.each([[[]], [['--no-namespaces']]])('what has left the group is ended with the run (%j)', async (flags) => {
    const project = await makeProject({
      'main.ts': printing(
        "step('s', async (ctx) => { const { spawn } = await import('node:child_process'); spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref(); })",
      ),
    });
    expect((await project.run('run', ...flags)).code).toBe(0);
    await expectNothingLeft(project);
  });
});

describe('none, without namespaces', () => {
  whatOutlivesBoth('none', '', '--no-namespaces');
});

describeLane({ name: 'bwrap', missing: bwrapMissing }, () => {
  orphanMatrix('bwrap');
});

describeLane({ name: 'container', missing }, () => {
  orphanMatrix('container', `container: { image: '${image}' },`);
});

// A real bubblewrap does this only briefly: it waits forever for a parent that is killed before it has set it up.
describe('a bubblewrap that leaves one behind while it is tried out', () => {
  const steps = { 'main.ts': printing("step('s', () => {})") };

  it('takes it along when it is killed', async () => {
    const bwrap = '#!/bin/sh\nsleep 300 &\nkill -KILL $$\n';
    const project = await makeProject({ ...steps, 'bin/bwrap': bwrap });
    const { code, stderr } = await project.run('run', '--sandbox', 'bwrap');
    expect([code, stderr]).toEqual([1, expect.stringContaining('bubblewrap cannot make a sandbox')]);
    await expectNothingLeft(project);
  });

  it('does not outlive SIGKILL of the agent either', async () => {
    const project = await makeProject({ ...steps, 'bin/bwrap': '#!/bin/sh\ntouch "$0.began"; sleep 300\n' });
    const agent = project.start(['run', '--sandbox', 'bwrap']);
    await expect.poll(() => existsSync(join(project.folder, '../bin/bwrap.began'))).toBe(true);
    agent.kill('SIGKILL');
    await expectNothingLeft(project);
  });
});

describe('an agent whose parent is gone', () => {
  const steps =
    "step('s', async (ctx) => { await ctx.$`trap 'echo RELEASED > released; exit 0' TERM; echo READY; while :; do sleep 0.1; done`; })";

  it('ends, with its step and its files, where both were one group', async () => {
    const project = await makeProject({ 'main.ts': printing(steps) });
    const shell = spawn('sh', ['-c', '"$@"; true', 'sh', process.execPath, programFile('kici'), 'run'], {
      cwd: project.folder,
      env: project.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let text = '';
    for await (const chunk of shell.stdout) {
      text += String(chunk);
      if (text.includes('READY')) break;
    }
    shell.kill('SIGTERM');
    await expectNothingLeft(project);
    expect(await readFile(join(project.folder, 'released'), 'utf8')).toBe('RELEASED\n');
  });

  it('goes on where it has a group of its own', async () => {
    const project = await makeProject({
      'main.ts': printing("step('s', async () => { await new Promise((resolve) => setTimeout(resolve, 1500)); })"),
    });
    const shell = spawn(
      'sh',
      ['-c', 'setsid "$@" & echo STARTED', 'sh', process.execPath, programFile('kici'), 'run'],
      {
        cwd: project.folder,
        env: project.environment,
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      },
    );
    expect((await finished(shell)).stdout).toContain('workflow main: succeeded');
    await expectNothingLeft(project);
  });
});

describe('a process', () => {
  it('that has ended runs no more, though nobody has asked how it ended', async () => {
    const parent = spawn('sh', ['-c', 'sleep 300 & echo $!; exec sleep 300'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => {
      parent.kill('SIGKILL');
    });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    // The shell would collect its status; the program that replaces it does not.
    await expect.poll(() => readFile(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n');
    const boot = (await processIdentity()).started.slice(0, 8);
    const identity = { pid, started: `${boot}${processStatus(pid)?.started}` };
    expect(await isRunning(identity)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => isRunning(identity)).toBe(false);
    expect(processStatus(pid)?.isZombie).toBe(true);
  });
});
