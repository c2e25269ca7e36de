import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Journal } from '../../src/agent/mounts/journal.ts';
import { StepProcess, type Workplace } from '../../src/agent/process/step-process.ts';
import { ContainerEngine } from '../../src/agent/sandbox/container-engine.ts';
import { Limiter } from '../../src/agent/limits/limiter.ts';
import { noSandbox } from '../../src/agent/sandbox/none.ts';
import { wholeProject } from '../../src/agent/project-view/project-view.ts';
import { loadProject } from '../../src/agent/workflow/load-project.ts';
import { findProject } from '../../src/agent/workflow/project.ts';
import { makeProject, withSteps, type Project } from './support/project.ts';

const good = (name: string): string => withSteps("step('s', () => {})", 'env: {}').replace("'main'", `'${name}'`);

it('a workflow file whose import does not end is ended and named, and the others are read', async () => {
  const project = await makeProject({
    'a.ts': good('a'),
    'b-waits.ts': `await new Promise(() => {});\n${good('b')}`,
    'c-handle.ts': `setInterval(() => {}, 1000);\n${good('c')}`,
    'd-loops.ts': `for (;;);\n${good('d')}`,
    'e-pipe.ts': `import '../pipe.ts';\n${good('e')}`,
    'f.ts': good('f'),
  });
  const { folder } = project;
  execFileSync('mkfifo', [join(folder, '.kici/pipe.ts'), join(folder, '.kici/workflows/g.ts')]);
  const launch = await launcher(project);
  const { workflows, broken } = await loadProject({
    project: findProject(folder),
    first: await launch(),
    launch,
    output: () => {},
    signal: new AbortController().signal,
    importMs: 3_000,
  });
  expect(workflows.map(({ workflow }) => workflow.name)).toEqual(['a', 'c', 'f']);
  const forEver = 'its import did not end within 3 seconds; a module must not wait forever while it is imported';
  expect(broken.toSorted((left, right) => (left.file < right.file ? -1 : 1))).toEqual([
    { file: '.kici/workflows/b-waits.ts', problem: forEver },
    { file: '.kici/workflows/d-loops.ts', problem: forEver },
    { file: '.kici/workflows/e-pipe.ts', problem: expect.stringContaining('/.kici/pipe.ts is not a plain file') },
    { file: '.kici/workflows/g.ts', problem: expect.stringContaining('/.kici/workflows/g.ts is not a plain file') },
  ]);
});

it('it has 30 seconds where no other limit is given', async () => {
  const project = await makeProject({ 'a.ts': `await new Promise(() => { setInterval(() => {}, 1000); });` });
  const launch = await launcher(project);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => {
    timers.mockRestore();
  });
  const abort = new AbortController();
  const loading = loadProject({
    project: findProject(project.folder),
    first: await launch(),
    launch,
    output: () => {},
    signal: abort.signal,
  });
  await expect.poll(() => timers.mock.calls.filter(([, ms]) => ms === 30_000)).toHaveLength(2);
  abort.abort();
  await expect(loading).rejects.toThrow('the run was cancelled');
});

/** Launches processes that read workflows. */
async function launcher({ folder, home, temporary, environment }: Project): Promise<() => Promise<StepProcess>> {
  const journal = await Journal.open(join(home, 'journal'), async () => false);
  onTestFinished(async () => {
    await journal.close();
  });
  const sandbox = noSandbox();
  const workplace: Workplace = {
    project: folder,
    view: wholeProject,
    copies: false,
    sandbox,
    limiter: new Limiter(sandbox, {}, '', journal),
    engine: new ContainerEngine({}),
    journal,
    temporary,
    environment,
  };
  return async () => StepProcess.launch(workplace, { ...sandbox.forLoader(environment), limits: {}, copy: undefined });
}
