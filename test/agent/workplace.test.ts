import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EarlyHost } from '../../src/agent/process/early-host.ts';
import { withWorkplace, type OpenWorkplace, type WorkplaceOptions } from '../../src/agent/run/with-workplace.ts';
import { makeProject, withSteps, type Project } from './support/project.ts';
import { expectNothingLeft, watchdogOf } from './support/remains.ts';

const made = async (): Promise<Project> => makeProject({ 'main.ts': withSteps("step('one', () => {})", 'env: {}') });

const optionsOf = (
  { folder, environment }: Project,
  more: Readonly<Record<string, string>> = {},
): WorkplaceOptions & { readonly early: EarlyHost } => {
  const early = EarlyHost.launch(folder, environment);
  if (early === undefined) throw new Error('there is a project');
  return {
    folder,
    sandbox: 'none',
    runtime: undefined,
    namespaces: true,
    projectCopy: false,
    limits: {},
    temporary: undefined,
    environment: { ...environment, ...more },
    credentials: [],
    early,
    signal: new AbortController().signal,
  };
};

const ended = async ({ loader }: OpenWorkplace): Promise<string> => {
  await loader.discard();
  return 'done';
};

it('a run whose sandbox is missing leaves nothing of the process that has started before', async () => {
  const project = await made();
  const options = optionsOf(project, { PATH: '' });
  const run = withWorkplace({ ...options, sandbox: 'bwrap' }, ended);
  await expect(run).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  options.early.discard();
  await expectNothingLeft(project);
});

it('a run goes on without a watchdog where none can be started', async () => {
  const project = await made();
  // More than the system takes in one variable.
  const options = optionsOf(project, { LARGE: 'x'.repeat(200_000) });
  expect(await withWorkplace(options, ended)).toBe('done');
  expect(await withWorkplace({ ...options, early: undefined }, ended)).toBe('done');
  await expectNothingLeft(project);
});

it('what still has to be said to the orchestrator is waited for, also where the journal cannot be removed', async () => {
  const project = await made();
  const order: string[] = [];
  const run = withWorkplace(optionsOf(project), async (opened) => {
    await ended(opened);
    const { path } = opened.workplace.journal;
    rmSync(path);
    mkdirSync(path);
    // The end would be much sooner.
    opened.farewells.push(pause(300).then(() => void order.push('said')));
  });
  await run.catch(() => order.push('failed'));
  expect(order).toEqual(['said', 'failed']);
  // It would clean up at the end of this process.
  process.kill(watchdogOf(project));
  const journals = join(project.home, '.local/state/kici/journal');
  for (const name of readdirSync(journals)) rmSync(join(journals, name), { recursive: true });
  await expectNothingLeft(project);
});
