import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeProject, runWith, withSteps, workflowOf } from './support/project.ts';

const plain = (name: string, body = ''): string =>
  workflowOf(body).replace("'main'", `'${name}'`).replace("environment: 'production', ", '');

describe('kici run', () => {
  it('runs jobs after those that they need, and skips what needs a failed one', async () => {
    const project = await makeProject({
      'order.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';
const make = (name: string, needs: string[], fails = false) => job(name, { runsOn: 'default', needs, steps: [step(name, () => { console.log('RUN ' + name); if (fails) throw new Error('no'); })] });
export default workflow('order', { on: push(), jobs: [make('c', ['b']), make('b', ['a']), make('a', []), make('e', ['d']), make('d', [], true), make('f', ['e'])] });`,
    });
    const { code, stdout } = await project.run('run', '--jobs', '1');
    expect(code).toBe(1);
    expect(stdout.match(/RUN ./g)).toEqual(['RUN a', 'RUN b', 'RUN c', 'RUN d']);
    expect(stdout).toContain(
      'job d: failed\njob e: skipped, for it needs d\njob f: skipped, for it needs e\nworkflow order: failed (d failed, e skipped, f skipped)\n',
    );
  });

  it('stops a job at the step that fails', async () => {
    const project = await makeProject({
      'a.ts': workflowOf('throw new Error("first")', 'console.log("NEVER")').replace("environment: 'production', ", ''),
    });
    const { code, stdout, stderr } = await project.run('run');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: first\n\s+at .*\.kici\/workflows\/a\.ts:/);
    expect(stderr).not.toContain('step-host');
    expect(stdout).not.toContain('NEVER');
  });

  it('runs a workflow by its name, or the only one', async () => {
    const flat = await makeProject({ 'a.ts': plain('one', 'console.log("ONE", process.cwd())'), 'b.ts': plain('two') });
    expect((await flat.run('run', 'one')).stdout).toContain(`ONE ${flat.folder}\n`);
    const several = await flat.run('run');
    expect([several.code, several.stderr]).toEqual([
      1,
      'kici: workflow_not_found: there are several workflows\n      name one of one, two\n',
    ]);
    expect((await flat.run('run', 'twoo')).stderr).toContain('did you mean two?');
  });

  it('names the file of a definition that cannot run, and runs the others', async () => {
    const project = await makeProject({
      'bad.ts': plain('bad').replace("runsOn: 'default'", 'runsOn: 7'),
      'thrown.ts': 'throw new Error("at import");',
      'none.ts': 'export const a = 1;',
      'good.ts': plain('good'),
    });
    const bad = await project.run('run', 'bad');
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(
      '.kici/workflows/bad.ts: the workflow "bad" cannot run:\n  jobs[0].runsOn: it is not a label; write runsOn',
    );
    expect(bad.stderr).toContain('.kici/workflows/none.ts: the file has no workflow as its default export');
    expect(bad.stderr).toContain('.kici/workflows/thrown.ts: Error: at import');
    expect((await project.run('run', 'good')).code).toBe(0);
  });

  it('refuses a label that the agent does not have, unless it is given', async () => {
    const project = await makeProject({
      'a.ts': plain('a').replace("runsOn: 'default'", "runsOn: ['default', 'gpu']"),
    });
    const without = await project.run('run');
    expect([without.code, without.stderr]).toEqual([
      1,
      'kici: label_missing: the job only runs on gpu, which is not a label of this agent (default)\n      add --label gpu, or change runsOn\n',
    ]);
    expect((await project.run('run', '--label', 'gpu')).code).toBe(0);
  });

  it('says what is missing where there is no project or no orchestrator', async () => {
    const project = await makeProject({ 'a.ts': workflowOf('') }, { KICI_URL: 'http://127.0.0.1:9' });
    const { code, stderr } = await project.run('run');
    expect(code).toBe(1);
    expect(stderr).toContain('cannot reach an orchestrator at http://127.0.0.1:9');
  });

  it('says where it cannot write', async () => {
    const lost = await makeProject({ 'a.ts': plain('a') }, { TMPDIR: '/nonexistent/tmp' });
    const first = await lost.run('run');
    expect([first.code, first.stderr]).toEqual([
      1,
      expect.stringContaining(
        'kici: cannot_write: cannot make a folder for temporary files in "/nonexistent/tmp" (ENOENT)',
      ),
    ]);
    const stateless = await makeProject({ 'a.ts': plain('a') }, { XDG_STATE_HOME: '/dev/null' });
    const second = await stateless.run('run');
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining('kici: cannot_write: cannot keep a journal in "/dev/null/kici/journal"'),
    ]);
  });

  it('exits with 2 for a command line that it does not take', async () => {
    const project = await makeProject({ 'a.ts': plain('a') });
    for (const args of [['run', '--sandbox', 'moon'], ['run', '--nope'], ['walk'], [], ['run', '--mount-dir', 'here']])
      expect((await project.run(...args)).code).toBe(2);
    expect((await project.run('run', '--help')).stdout).toContain('$ kici run deploy');
  });
});

describe('kici init', () => {
  it('writes a workflow that runs, and never over one', async () => {
    const project = await makeProject({});
    expect((await project.run('init')).code).toBe(0);
    const file = join(project.folder, '.kici/workflows/hello.ts');
    const written = await readFile(file, 'utf8');
    expect((await project.run('run', 'hello')).stdout).toContain(`hello from ${project.folder}`);
    expect((await project.run('init')).code).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(written);
  });
});

it.each([
  ['process.exit(143)', /ended with code 143 \(as after SIGTERM\) before its/],
  // Which of the two depends on whether the machine has namespaces.
  ["process.kill(process.pid, 'SIGKILL')", /ended (?:by SIGKILL|with code 137 \(as after SIGKILL\)) before its/],
])('a step that ends by %s is said to have ended so, as far as that is known', async (body, text) => {
  const { stderr } = await runWith({}, withSteps(`step('s', () => { ${body}; })`));
  expect(stderr).toMatch(text);
});
