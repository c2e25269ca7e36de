import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hiddenIn } from '../../src/agent/sandbox/hidden-in.ts';
import { findProgram } from '../../src/agent/sandbox/program-path.ts';
import { describeLane } from '../support/lane.ts';
import { copyTest } from './support/copy-test.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { attackAgent } from './support/hostile-channel.ts';
import { finished, makeProject, runWith, withSteps, workflowOf } from './support/project.ts';
import { processesOf, remainsOf } from './support/remains.ts';
import { sandboxMatrix } from './support/sandbox-matrix.ts';

const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true']).status === 0;

describeLane(
  {
    name: 'bwrap',
    missing: works ? undefined : 'bubblewrap is not installed, or this machine allows no user namespaces',
  },
  () => {
    sandboxMatrix('bwrap');

    it('leaves its agent working, silent and small whatever its steps send', async () => {
      await attackAgent(7_001, 8, 'bwrap');
    });

    it('leaves no process where bubblewrap is killed before what it has started dies with it', async () => {
      const project = await makeProject({
        'main.ts': withSteps('step("s", () => { console.log("BUSY"); for (;;); })', 'env: {}'),
        // As if killed at that moment: what it has started does not notice.
        'bin/bwrap': `#!/bin/bash
echo $$ >> "$0.pids"
for word; do [ "$word" = --die-with-parent ] || words+=("$word"); done
setsid ${await findProgram('bwrap', process.env['PATH'] ?? '')} "\${words[@]}" &
wait $!`,
      });
      onTestFinished(() => {
        for (const line of processesOf(project)) process.kill(Number.parseInt(line, 10), 'SIGKILL');
      });
      const run = project.start(['run', '--sandbox', 'bwrap']);
      run.stdout?.on('data', (chunk: Buffer) => {
        if (!chunk.includes('BUSY')) return;
        for (const pid of readFileSync(join(project.folder, '../bin/bwrap.pids'), 'utf8').trim().split('\n'))
          spawnSync('kill', ['-KILL', pid]);
      });
      const { code, stderr } = await finished(run);
      expect([code, stderr]).toEqual([1, expect.stringContaining('SIGKILL')]);
      expect(remainsOf(project)).toEqual([]);
    });

    it('sees of the system its programs only', async () => {
      const { stdout } = await runWith(
        {},
        workflowOf(
          'const { existsSync } = await import("node:fs"); console.log("HIDDEN", ["/home", "/var", "/run", "/root/.ssh", "/etc/shadow"].filter((path) => existsSync(path)).join());',
        ),
        '--sandbox',
        'bwrap',
      );
      expect(stdout).toContain('HIDDEN \n');
    });

    it('shows nothing of the owner, nor keys of the machine, where those lie in a folder that it shows', async () => {
      const project = await makeProject({
        'main.ts': withSteps(
          `step('s', async () => {
            const { readdirSync } = await import('node:fs');
            const list = (path) => { try { return readdirSync(path).join(); } catch (error) { return error.code; } };
            for (const path of ['..', '../home', '../home/bin', '../settings', '/etc/ssl/private']) console.log('SEEN', path, '[' + list(path) + ']');
          })`,
          'env: {}',
        ),
        'more/a': '',
      });
      const root = join(project.folder, '..');
      await mkdir(join(root, 'home/bin'), { recursive: true });
      await mkdir(join(root, 'home/.ssh'));
      await mkdir(join(root, 'settings'));
      for (const file of ['home/.ssh/id', 'home/bin/tool', 'settings/token', 'token'])
        await writeFile(join(root, file), 'private');
      const { stdout, stderr } = await finished(
        project.start(['run', '--sandbox', 'bwrap', '--token-file', join(root, 'token')], {
          PATH: [join(root, 'home/bin'), join(root, 'settings'), root, project.environment['PATH']].join(':'),
          XDG_CONFIG_HOME: join(root, 'settings'),
        }),
      );
      expect(stdout, stderr).toContain('SEEN ../home [bin]\n');
      expect(stdout).toContain('SEEN ../home/bin [tool]\n');
      expect(stdout).toContain('SEEN ../settings []\n');
      expect(stdout).toMatch(/SEEN \/etc\/ssl\/private \[(?:ENOENT)?\]\n/);
    });
  },
);

describe('a sandbox that the machine cannot offer', () => {
  it.each([
    ['bwrap', 'needs bubblewrap'],
    ['container', 'needs the program docker'],
  ])('%s is an error before anything runs, never another one in its place', async (name, message) => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      { 'main.ts': workflowOf('console.log("RAN")') },
      { KICI_URL: api.url, PATH: '/nonexistent' },
    );
    const { code, stdout, stderr } = await project.run('run', '--sandbox', name);
    expect(code).toBe(1);
    expect(stderr).toContain('sandbox_unavailable');
    expect(stderr).toContain(message);
    expect(stdout).not.toContain('RAN');
    expect(api.calls).toEqual([]);
  });
});

it('hides what is private in a folder that it shows, also by a link, and never the programs of the system', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'kici-hidden-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'shown/home'), { recursive: true });
  await writeFile(join(root, 'shown/key'), '');
  await symlink(join(root, 'shown'), join(root, 'link'));
  const place = (path: string, isFolder = true) => ({ path, what: 'private', isFolder, shared: false });
  const places = [place(join(root, 'shown/home')), place(join(root, 'shown/key'), false), place(join(root, 'shown'))];
  expect(hiddenIn(join(root, 'link'), places)).toEqual([
    { path: join(root, 'link/home'), as: 'empty folder' },
    { path: join(root, 'link/key'), as: 'empty file' },
  ]);
  expect(hiddenIn('/usr', [place('/usr/sbin'), place('/usr/lib')])).toEqual([{ path: '/usr/lib', as: 'empty folder' }]);
});

it.each(['bwrap', 'container'])(
  'finds no program for %s in the project, even where PATH has nothing else',
  async (name) => {
    const attack = '#!/bin/sh\ntouch "$0.ran"\n';
    const project = await makeProject({
      'main.ts': withSteps("step('s', () => {})", "container: { image: 'any' }"),
      './bwrap': attack,
      './docker': attack,
      './sh': attack,
    });
    for (const PATH of [project.folder, '', '.']) {
      // oxlint-disable-next-line no-await-in-loop -- each leaves its traces
      const { code, stderr } = await finished(project.start(['run', '--sandbox', name], { PATH }));
      expect([code, stderr]).toEqual([1, expect.stringContaining('sandbox_unavailable')]);
    }
    expect(await readdir(project.folder)).toEqual(expect.not.arrayContaining([expect.stringContaining('.ran')]));
  },
);

it('passes over an image where steps do not run in containers, and says so', async () => {
  const source = workflowOf('console.log("RAN")').replace(
    "environment: 'production'",
    "container: { image: 'debian:stable' }",
  );
  const { code, stderr } = await runWith({}, source);
  expect(code).toBe(0);
  expect(stderr).toContain('the image debian:stable is not used: the steps run in the sandbox none');
});

it('no copy of the project is made in the project itself', async () => {
  const project = await makeProject({ 'main.ts': withSteps("step('s', () => { console.log('RAN'); })", 'env: {}') });
  const TMPDIR = join(project.folder, 'tmp');
  await mkdir(TMPDIR);
  const { code, stdout, stderr } = await finished(project.start(['run', '--project-copy'], { TMPDIR }));
  expect([code, stderr]).toEqual([1, expect.stringContaining('cannot copy the project to')]);
  expect(stdout).not.toContain('RAN');
  expect(await readdir(TMPDIR)).toEqual([]);
});

it('each job works in a copy of the project where that is asked for, without a sandbox too', async () => {
  await copyTest([], '');
});
