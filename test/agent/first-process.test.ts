import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeJobs, type FakeSecrets } from './support/fake-jobs.ts';
import { makeProject, withSteps, type Project } from './support/project.ts';

/** Notes each process that imports it, without a word. */
const noted = "import { appendFileSync } from 'node:fs';\nappendFileSync('imports', process.pid + ' ');\n";
const told = (name: string): string => `step('${name}', () => { console.log('${name} ' + process.pid); })`;
const twoSteps = `${told('one')}, ${told('two')}`;

async function projectOf(
  source: string,
  secrets: FakeSecrets = {},
  more: Record<string, string> = {},
): Promise<Project> {
  const api = await startFakeJobs(secrets);
  onTestFinished(() => api.close());
  return makeProject({ 'main.ts': source, ...more }, { KICI_URL: api.url, KICI_TOKEN: 'token' });
}

/** The processes that have imported the workflow, and those that its steps ran in. */
async function processes(
  project: Project,
  ...flags: readonly string[]
): Promise<{ imports: string[]; steps: string[]; stdout: string }> {
  const { code, stdout, stderr } = await project.run('run', 'main', ...flags);
  expect([code, stderr]).toEqual([0, '']);
  const imports = (await readFile(join(project.folder, 'imports'), 'utf8')).trim().split(' ');
  const steps = [...stdout.matchAll(/^(?:one|two) (\d+)$/gm)].map(([, pid = '']) => pid);
  return { imports, steps, stdout };
}

describe('the process that reads the workflow', () => {
  it('runs the first step, and no other step', async () => {
    const { imports, steps } = await processes(await projectOf(noted + withSteps(twoSteps)));
    expect(steps).toEqual(imports);
    expect(new Set(imports).size).toBe(2);
  });

  it.each([
    [
      'variables of the environment',
      withSteps(twoSteps),
      { variables: [{ name: 'REGION', value: 'eu', locked: false }] },
    ],
    ["the job's env", withSteps(twoSteps, "environment: 'production', env: { REGION: 'eu' }"), {}],
  ])('runs none where the module could have looked at %s', async (_, source, secrets) => {
    const head = `${noted}const region = process.env['REGION'];\n`;
    const project = await projectOf(
      head + source.replace("'one ' + process.pid", "'one ' + process.pid + '\\nREGION ' + region"),
      secrets,
    );
    const { imports, steps, stdout } = await processes(project);
    expect(stdout).toContain('\nREGION eu\n');
    expect(imports).toHaveLength(3);
    expect(steps).toEqual(imports.slice(1));
  });

  it.each([
    ['a timer', 'setTimeout(() => {}, 20);'],
    ['a handler', "process.on('exit', () => {});"],
    ['a timer that keeps nothing alive', 'setTimeout(() => {}, 20).unref();'],
    ['a deadline', 'export const signal = AbortSignal.timeout(60_000);'],
    ['a child that keeps nothing alive', "import { spawn } from 'node:child_process';\nspawn('true').unref();"],
    ['a worker', "import { Worker } from 'node:worker_threads';\nnew Worker('', { eval: true }).unref();"],
  ])('runs none where the module has left %s', async (_, left) => {
    const { imports, steps } = await processes(await projectOf(noted + left + withSteps(twoSteps)));
    expect(imports).toHaveLength(3);
    expect(steps).toEqual(imports.slice(1));
  });

  it('runs the first step with the variables that the module has set, as others', async () => {
    const body = "console.log('FINDS ' + process.env['LANG'])";
    const steps = ['one', 'two'].map((name) => `step('${name}', () => { ${body}; })`).join();
    const source = `process.env['LANG'] = 'own';\n${withSteps(steps, "env: { LANG: 'C.UTF-8' }")}`;
    const { stdout } = await (await projectOf(source)).run('run', 'main');
    expect(stdout.match(/^FINDS .*$/gm)).toEqual(['FINDS own', 'FINDS own']);
  });

  it('runs none once another job has ended, which may have changed what the module reads', async () => {
    const jobs = (name: string, options: string): string =>
      `job('${name}', { runsOn: 'default', ${options}steps: [${told(name)}] })`;
    const source = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [${jobs('none', "environment: 'production', ")}, ${jobs('one', '')}] });`;
    const value = 'x'.repeat(100_000);
    const variables = Array.from({ length: 20 }, (_, index) => ({ name: `LARGE_${index}`, value, locked: false }));
    const project = await projectOf(noted + source, { variables });
    const { code, stdout } = await project.run('run', 'main', '--jobs', '1');
    expect([code, stdout]).toEqual([1, expect.stringContaining('job none: failed')]);
    const imports = (await readFile(join(project.folder, 'imports'), 'utf8')).trim().split(' ');
    expect(imports).toHaveLength(2);
    expect(stdout).toContain(`one ${imports[1]}\n`);
  });

  it('runs none once a step of another job has started', async () => {
    const source = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [
  job('opens', { runsOn: 'default', environment: 'production', steps: [${told('one')}] }),
  job('starts', { runsOn: 'default', steps: [${told('two')}] }),
] });`;
    const { imports, steps } = await processes(await projectOf(noted + source), '--jobs', '2');
    expect(imports).toHaveLength(3);
    expect(steps).not.toContain(imports[0]);
  });

  it('runs none where it has read other files, too', async () => {
    const other = withSteps(told('other')).replace("'main'", "'other'");
    const { imports, steps } = await processes(await projectOf(noted + withSteps(twoSteps), {}, { 'z.ts': other }));
    expect(imports).toHaveLength(3);
    expect(steps).toEqual(imports.slice(1));
  });

  it('says what the workflow is now, whatever its definition depends on', async () => {
    const source = `import { readFileSync } from 'node:fs';
const { name } = JSON.parse(readFileSync('data/config.json', 'utf8'));
${withSteps(`step(name + ' ' + process.env['LANG'] + ' ' + Math.floor(Date.now() / 1e12), () => {})`)}`;
    const project = await projectOf(source, {}, { 'data/config.json': '{ "name": "before" }' });
    expect((await project.run('run')).stdout).toMatch(/› before C.UTF-8 1\n/);
    await writeFile(join(project.folder, 'data/config.json'), '{ "name": "after" }');
    expect((await project.run('run')).stdout).toMatch(/› after C.UTF-8 1\n/);
  });

  it('is ended, and leaves nothing, where no step runs in it', async () => {
    const project = await projectOf(noted + withSteps(twoSteps));
    const { code, left } = await project.run('run', 'nothing');
    expect([code, left]).toEqual([1, []]);
  });
});

describe('the process that is started before all else', () => {
  it.each([
    [['run', '--no-such-flag'], 2],
    [['run', '--help'], 0],
    [['run', 'main', '--mount-dir', 'relative'], 2],
  ])('leaves nothing, and nobody waits for it, after %j', async (args, expected) => {
    const project = await projectOf(withSteps(twoSteps));
    const { code, left } = await project.run(...args);
    expect([code, left]).toEqual([expected, []]);
  });

  it('is not what another folder for temporary files is used with', async () => {
    const project = await projectOf(withSteps("step('one', () => { console.log('AT ' + process.env['KICI_ENV']); })"));
    const { stdout, left } = await project.run('run', '--mount-dir', project.home);
    expect(stdout).toContain(`AT ${project.home}/kici-exchange-`);
    expect(left).toEqual([]);
  });
});
