import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { makeProject, runWith, workflowOf } from './support/project.ts';
import { sandboxMatrix } from './support/sandbox-matrix.ts';

const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true']).status === 0;

describeLane(
  {
    name: 'bwrap',
    missing: works ? undefined : 'bubblewrap is not installed, or this machine allows no user namespaces',
  },
  () => {
    sandboxMatrix('bwrap');

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

it('passes over an image where steps do not run in containers, and says so', async () => {
  const source = workflowOf('console.log("RAN")').replace(
    "environment: 'production'",
    "container: { image: 'debian:stable' }",
  );
  const { code, stderr } = await runWith({}, source);
  expect(code).toBe(0);
  expect(stderr).toContain('the image debian:stable is not used: the steps run in the sandbox none');
});
