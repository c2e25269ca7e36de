import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeFolder } from '../../src/agent/mounts/temporary-folder.ts';
import { processIdentity } from '../../src/agent/process/identity.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { finished, makeProject, runWith, withSteps, workflowOf } from './support/project.ts';
import { watchdogOf } from './support/remains.ts';

const values = { A: 'value-of-a', B: 'value-of-b' };

describe('mounted files', () => {
  it('hold the values in order with the divider, in one private folder, named with suffixes', async () => {
    const { code, stdout, stderr } = await runWith(
      { values: { ...values, N: Uint8Array.of(0xff, 0, 0xfe, 0xfd) } },
      workflowOf(`
      const { readFileSync, readdirSync, statSync } = await import('node:fs');
      const { dirname, basename, isAbsolute } = await import('node:path');
      const before = readdirSync(process.env.TMPDIR).filter((name) => name.startsWith('kici-step')).length;
      const one = await ctx.secrets.mountFile({ sources: ['B', 'A'], divider: '\\n' });
      const two = await ctx.secrets.mountFile({ sources: ['A', 'N'], mode: 0o440 });
      const named = await ctx.secrets.mountFile({ sources: ['A'], name: '.netrc', mode: 0o666 });
      const mode = (path) => (statSync(path).mode & 0o777).toString(8);
      console.log(JSON.stringify({
        before, text: readFileSync(one.path, 'utf8') === 'value-of-b\\nvalue-of-a', bytes: readFileSync(two.path).equals(Buffer.concat([Buffer.from('value-of-a'), Buffer.from([255, 0, 254, 253])])),
        one: isAbsolute(one.path) && basename(one.path), two: basename(two.path), named: basename(named.path),
        together: dirname(one.path) === dirname(two.path) && dirname(one.path).startsWith(process.env.TMPDIR), modes: [dirname(one.path), one.path, two.path, named.path].map(mode),
      }));`),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '')).toEqual({
      before: 0,
      text: true,
      bytes: true,
      one: 'secret',
      two: 'secret-2',
      named: '.netrc',
      together: true,
      modes: ['700', '600', '440', '666'],
    });
  });

  it('end with a line end where that is asked for, once, with exposeFile too', async () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----';
    const { code, stdout, stderr } = await runWith(
      { values: { BARE: key, ENDED: `${key}\n`, EMPTY: '' } },
      workflowOf(`
      const { readFileSync } = await import('node:fs');
      const size = async (options) => { const { path } = await ctx.secrets.mountFile(options); return readFileSync(path).byteLength; };
      console.log('SIZES', await size({ sources: ['BARE'] }), await size({ sources: ['BARE'], finalNewline: true }), await size({ sources: ['ENDED'], finalNewline: true }), await size({ sources: ['ENDED', 'BARE'], divider: ';', finalNewline: true }), await size({ sources: ['EMPTY'], finalNewline: true }));
      await ctx.secrets.exposeFile('KEY_FILE', { sources: ['BARE'], finalNewline: true });
      await ctx.$\`tail -c 1 "$KEY_FILE" | od -An -c\`;
      await ctx.secrets.mountFile({ sources: ['BARE'], finalNewline: 'yes' });`),
    );
    const length = key.length;
    expect(stdout).toContain(`SIZES ${length} ${length + 1} ${length + 1} ${2 * length + 3} 0\n`);
    expect(stdout).toMatch(/^ +\\n$/m);
    expect([code, stderr]).toEqual([1, expect.stringContaining('finalNewline must be true or false')]);
  });

  const mount =
    'const { path } = await ctx.secrets.mountFile({ sources: ["A"] }); const { existsSync } = await import("node:fs"); console.log("mounted", existsSync(path));';
  it.each([
    ['success', '', {}, 0],
    ['failure', 'throw new Error("no");', {}, 1],
    ['a timeout', 'await new Promise((resolve) => setInterval(resolve, 60_000));', { timeout: 'timeout: 1500' }, 1],
    [
      'a timeout that the step will not hear of',
      'process.on("SIGTERM", () => {}); await new Promise(() => setInterval(() => {}, 60_000));',
      { timeout: 'timeout: 1500' },
      1,
    ],
    ['SIGKILL of the step', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {});', {}, 1],
    ['process.exit', 'process.exit(0);', {}, 1],
    [
      'a folder made unreadable',
      'const { chmodSync } = await import("node:fs"); const { dirname } = await import("node:path"); chmodSync(dirname(path), 0);',
      {},
      0,
    ],
  ])('are gone after %s', async (_, rest, options, exitCode) => {
    const { code, stdout, left, project } = await runWith(
      { values },
      withSteps(`step('s', { ${'timeout' in options ? options.timeout : ''} }, async (ctx) => { ${mount} ${rest} })`),
    );
    expect(stdout).toContain('mounted true');
    expect(code).toBe(exitCode);
    expect(left).toEqual([]);
    expect(await readdir(join(project.home, '.local/state/kici/journal'))).toEqual([]);
  });

  it('are gone after Ctrl-C, with every process of the step', async () => {
    const { project, child } = await startWaiting();
    child.kill('SIGINT');
    expect((await finished(child)).code).toBe(130);
    expect(await project.leftovers()).toEqual([]);
    await expectGone(project.folder);
  });

  it('do not outlive the next start after SIGKILL of the agent and its watchdog', async () => {
    const { project, child } = await startWaiting();
    process.kill(watchdogOf(project), 'SIGKILL');
    child.kill('SIGKILL');
    await finished(child);
    // The step notices that its agent is gone and ends; its file stays until a sweep.
    await expectGone(project.folder);
    expect((await project.leftovers()).some((name) => name.startsWith('kici-step-'))).toBe(true);
    const { code, left } = await project.run('run', 'quick');
    expect(code).toBe(0);
    expect(left).toEqual([]);
  });

  it('are left to an agent of another machine or container that shares the home', async () => {
    const project = await makeProject({ 'quick.ts': withSteps("step('nothing', async () => undefined)", 'needs: []') });
    const journals = join(project.home, '.local/state/kici/journal');
    const mounted = join(project.temporary, `kici-step-${'a'.repeat(32)}`);
    const here = await processIdentity();
    await mkdir(mounted);
    await mkdir(journals, { recursive: true });
    const journal = async (place: string): Promise<void> => {
      await writeFile(join(journals, `${place}-${here.pid}-1234567890-${'b'.repeat(16)}.journal`), `${mounted}\n`);
    };
    await journal('c'.repeat(16));
    expect(await project.run('run')).toMatchObject({ code: 0, left: [basename(mounted)] });
    expect(await readdir(journals)).toHaveLength(1);
    await journal(here.place);
    expect(await project.run('run')).toMatchObject({ code: 0, left: [] });
  });

  it.each(['', '.'])('have an absolute path, and do not outlive the next start, where TMPDIR is %j', async (TMPDIR) => {
    const { project, child } = await startWaiting({ TMPDIR });
    child.kill('SIGKILL');
    await finished(child);
    const path = await readFile(join(project.folder, 'mounted'), 'utf8');
    expect(isAbsolute(path)).toBe(true);
    await expectGone(project.folder);
    await project.run('run', 'quick');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('are in the folder that --mount-dir names', async () => {
    const { code, stdout, project } = await runWith(
      { values },
      workflowOf('console.log((await ctx.secrets.mountFile({ sources: ["A"] })).path)'),
      '--mount-dir',
      '/dev/shm',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\/dev\/shm\/kici-step-[0-9a-f]{32}\/secret\n/);
    expect((await readdir('/dev/shm')).filter((name) => stdout.includes(name))).toEqual([]);
    expect(await project.leftovers()).toEqual([]);
  });
});

it('removes a folder whatever permissions a step gave to what it put there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o777);
  const { status, stderr } = spawnSync(process.execPath, [
    join(import.meta.dirname, 'support/remove-as-nobody.ts'),
    folder,
  ]);
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  expect(await readdir(folder)).toEqual([]);
});

it('removes a folder that a step has made too deep for any path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kici-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const deep =
    "const { mkdirSync, writeFileSync } = require('fs'); for (let level = 0; level < 100; level += 1) { mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); } writeFileSync('copy', 'value');";
  const path = join(folder, 'mounted');
  await mkdir(path);
  expect(spawnSync(process.execPath, ['-e', deep], { cwd: path }).status).toBe(0);
  await removeFolder(path);
  expect(await readdir(folder)).toEqual([]);
});

/** A run whose step has mounted a file, started a program, and waits. */
async function startWaiting(more: Readonly<Record<string, string>> = {}) {
  const api = await startFakeJobs({ values });
  onTestFinished(() => api.close());
  const project = await makeProject(
    {
      'wait.ts': workflowOf(`
      const { path } = await ctx.secrets.mountFile({ sources: ['A'] });
      const { spawn } = await import('node:child_process');
      const { writeFileSync } = await import('node:fs');
      const sleeper = spawn('sleep', ['300']);
      writeFileSync('mounted', path);
      writeFileSync('pids', process.pid + ' ' + sleeper.pid);
      console.log('READY');
      await new Promise(() => setInterval(() => {}, 60_000));`),
      'quick.ts': workflowOf('').replace("'main'", "'quick'"),
    },
    { KICI_URL: api.url, ...more },
  );
  const child = project.start(['run', 'main']);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('READY')) resolve();
    });
    child.once('close', () => {
      reject(new Error('the run ended early'));
    });
  });
  return { project, child };
}

async function expectGone(folder: string): Promise<void> {
  const pids = (await readFile(join(folder, 'pids'), 'utf8')).split(' ');
  for (const pid of pids) await expect.poll(async () => isGone(pid)).toBe(true);
}

async function isGone(pid: string): Promise<boolean> {
  try {
    await stat(`/proc/${pid}`);
    return (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ');
  } catch {
    return true;
  }
}
