import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeLane, missingVariable } from '../support/lane.ts';
import { containersOf, docker } from './support/containers.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { finished, makeProject, runWith, withSteps, workflowOf, type Project } from './support/project.ts';
import { watchdogOf } from './support/remains.ts';
import { sandboxMatrix } from './support/sandbox-matrix.ts';

const image = process.env['KICI_TEST_STEP_IMAGE'] ?? '';
const inImage = `container: { image: '${image}' }`;
const missing =
  missingVariable('DOCKER_HOST', 'a container engine') ??
  missingVariable('KICI_TEST_STEP_IMAGE', 'an image with glibc, bash and IMAGE_VARIABLE=of-the-image');

describeLane({ name: 'container', missing }, () => {
  sandboxMatrix('container', inImage);

  it("has the image's programs and variables, the allowed ones of the agent, and the product read-only", async () => {
    const { code, stdout } = await runWith(
      {},
      withSteps(
        `step('s', async (ctx) => {
      const { HOSTNAME, TINI_KILL_PROCESS_GROUP, ...rest } = process.env;
      console.log('ENV', Object.entries(rest).map(([name, value]) => name === 'KICI_ENV' ? name : name + '=' + value).sort().join(' '));
      console.log('SOCKET', (await import('node:fs')).existsSync(process.env.KICI_ENV.replace(/env$/, 'channel')));
      await ctx.$\`touch /kici/src/x /kici/node\`.nothrow();
      await ctx.$\`grep -E 'CapEff|NoNewPrivs' /proc/self/status\`;
    })`,
        inImage,
      ),
      '--sandbox',
      'container',
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      'ENV CI=true HOME=/tmp IMAGE_VARIABLE=of-the-image KICI_ENV LANG=C.UTF-8 PATH=/usr/bin:/bin TMPDIR=/tmp\n',
    );
    expect(stdout).toContain('SOCKET false\n');
    expect(stdout).toMatch(/CapEff:\s+0{16}\nNoNewPrivs:\s+1\n/);
  });

  it('tells what a step has started to end, before it is made to', async () => {
    const { stdout } = await runWith(
      {},
      withSteps(
        'step("s", { timeout: 1500 }, async (ctx) => { process.on("SIGTERM", () => {}); await ctx.$`trap "echo CHILD-WAS-TOLD" TERM; sleep 300 & wait`; })',
        inImage,
      ),
      '--sandbox',
      'container',
    );
    expect(stdout).toContain('CHILD-WAS-TOLD\n');
  });

  it('is gone after a timeout that the step will not hear of', async () => {
    const { code, stdout, left, project } = await runWith(
      {},
      withSteps('step("s", { timeout: 1000 }, async () => { process.on("SIGTERM", () => {}); for (;;); })', inImage),
      '--sandbox',
      'container',
    );
    expect([code, stdout]).toEqual([1, expect.stringContaining('timed out')]);
    expect(left).toEqual([]);
    expect(await journals(project)).toEqual([]);
    expect(containersOf(project)).toEqual([]);
  });

  it('is gone after Ctrl-C, and while it ran the engine kept no log of what it printed', async () => {
    const { project, child } = await startBusy();
    expect(
      containersOf(project).map((name) => docker('inspect', '--format', '{{.HostConfig.LogConfig.Type}}', name)),
    ).toEqual(['none']);
    child.kill('SIGINT');
    expect((await finished(child)).code).toBe(130);
    expect(containersOf(project)).toEqual([]);
    expect(await project.leftovers()).toEqual([]);
    expect(await journals(project)).toEqual([]);
  });

  it('does not outlive the next start after SIGKILL of the agent and its watchdog, whatever the sandbox of that', async () => {
    const { project, child } = await startBusy();
    process.kill(watchdogOf(project), 'SIGKILL');
    child.kill('SIGKILL');
    await finished(child);
    expect(containersOf(project)).toHaveLength(1);
    const { code, left } = await project.run('run', 'quick');
    expect(code).toBe(0);
    expect(left).toEqual([]);
    expect(containersOf(project)).toEqual([]);
    expect(await journals(project)).toEqual([]);
  });

  it('stays in the journal until an engine says that it is gone', async () => {
    const { project, child } = await startBusy();
    process.kill(watchdogOf(project), 'SIGKILL');
    child.kill('SIGKILL');
    await finished(child);
    expect(
      (await finished(project.start(['run', 'quick'], { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }))).code,
    ).toBe(0);
    expect(await journals(project)).toHaveLength(1);
    expect((await project.run('run', 'quick')).code).toBe(0);
    expect(await journals(project)).toEqual([]);
    expect(containersOf(project)).toEqual([]);
  });

  it.each([
    ['no engine', { DOCKER_HOST: 'unix:///nonexistent/docker.sock' }, inImage, 'the container engine does not answer'],
    [
      'a missing image',
      {},
      "container: { image: 'localhost/kici-test/nowhere:1' }",
      'has no image "localhost/kici-test/nowhere:1"',
    ],
    ['a job without an image', {}, "environment: 'production'", 'the job names no image'],
  ])('%s is an error before anything runs', async (_, environment, options, message) => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      { 'main.ts': withSteps('step("s", () => { console.log("RAN"); })', options) },
      { KICI_URL: api.url, ...environment },
    );
    const { code, stdout, stderr, left } = await project.run('run', '--sandbox', 'container');
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stdout).not.toContain('RAN');
    expect(api.calls).toEqual([]);
    expect(left).toEqual([]);
  });

  it('shows what the engine says of an image that Node.js cannot start in', async () => {
    const nothing = `localhost/kici-test/nothing:${process.pid}`;
    execFileSync('docker', ['import', '-', nothing], { input: Buffer.alloc(1_024) });
    onTestFinished(() => {
      docker('image', 'rm', nothing);
    });
    const { code, stderr, stdout, left } = await runWith(
      {},
      withSteps('step("s", () => { console.log("RAN"); })', `container: { image: '${nothing}' }`),
      '--sandbox',
      'container',
    );
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/no such file or directory/i);
    expect(stdout).not.toContain('RAN');
    expect(left).toEqual([]);
  });

  it('runs them by the runtime that is asked for', async () => {
    // Docker's own name for what it also calls runc.
    const { project, child } = await startBusy('--runtime', 'io.containerd.runc.v2');
    expect(containersOf(project).map((name) => docker('inspect', '--format', '{{.HostConfig.Runtime}}', name))).toEqual(
      ['io.containerd.runc.v2'],
    );
    child.kill('SIGINT');
    await finished(child);
  });

  it.each([
    [['--sandbox', 'container', '--runtime', 'kata'], 'the container engine has no runtime "kata"; it has '],
    [['--runtime', 'kata'], '--runtime is of a container engine'],
  ])('%j names what is missing before anything runs', async (flags, message) => {
    const project = await makeProject({ 'main.ts': withSteps('step("s", () => { console.log("RAN"); })', inImage) });
    const { code, stdout, stderr } = await project.run('run', ...flags);
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(message)]);
    expect(stdout).not.toContain('RAN');
  });

  it('says what is wrong where the path of the socket is too long', async () => {
    const project = await makeProject({ 'main.ts': withSteps('step("s", () => undefined)', inImage) });
    const long = join(project.temporary, 'x'.repeat(100));
    await mkdir(long);
    const { code, stderr } = await project.run('run', '--sandbox', 'container', '--mount-dir', long);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot make a socket at')]);
    expect(await readdir(long)).toEqual([]);
  });
});

/** A run whose step neither ends nor reacts, in a project that other runs can use afterwards. */
async function startBusy(...flags: readonly string[]): Promise<{ project: Project; child: ChildProcess }> {
  const quick = workflowOf('')
    .replace("workflow('main'", "workflow('quick'")
    .replace("environment: 'production'", 'network: false');
  const busy = withSteps(
    'step("s", async () => { process.on("SIGTERM", () => {}); console.log("BUSY"); await new Promise((resolve) => setTimeout(resolve, 20)); for (;;); })',
    inImage,
  );
  const project = await makeProject({ 'main.ts': busy, 'quick.ts': quick });
  const child = project.start(['run', 'main', '--sandbox', 'container', ...flags]);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('BUSY')) resolve();
    });
    child.once('close', () => {
      reject(new Error('the run ended early'));
    });
  });
  return { project, child };
}

async function journals(project: Project): Promise<readonly string[]> {
  return readdir(join(project.home, '.local/state/kici/journal'));
}
