import { expect, it } from 'vitest';
import type { Workplace } from '../../src/agent/process/step-process.ts';
import { StepPool } from '../../src/agent/run/step-pool.ts';
import { withWorkplace } from '../../src/agent/run/with-workplace.ts';
import type { Surroundings } from '../../src/agent/sandbox/profile.ts';
import { finished, makeProject, withSteps } from './support/project.ts';
import { expectNothingLeft } from './support/remains.ts';

interface Counted {
  readonly surroundings: Surroundings;
  /** How many processes of a pool have started, once all have ended. */
  readonly count: (cores: number, use: (pool: StepPool) => void) => Promise<number>;
}

/** A workplace whose processes are counted. */
async function counting<T>(
  use: (counted: Counted) => Promise<T>,
  change: (workplace: Workplace) => Workplace = (same) => same,
): Promise<T> {
  const project = await makeProject({ 'main.ts': withSteps("step('one', () => {})", 'env: {}') });
  const options = {
    folder: project.folder,
    sandbox: 'none' as const,
    runtime: undefined,
    namespaces: true,
    projectCopy: false,
    limits: {},
    temporary: undefined,
    environment: project.environment,
    credentials: [],
    signal: new AbortController().signal,
  };
  const result = await withWorkplace(options, async ({ loader, workplace: own }) => {
    await loader.discard();
    let started = 0;
    const command: typeof own.sandbox.command = (request) => {
      started += 1;
      return own.sandbox.command(request);
    };
    const workplace = change({ ...own, sandbox: { ...own.sandbox, command } });
    const surroundings = { ...own.sandbox.forLoader(own.environment), limits: {}, copy: undefined };
    return use({
      surroundings,
      count: async (cores, act) => {
        started = 0;
        const pool = new StepPool(workplace, cores);
        act(pool);
        await pool.close();
        return started;
      },
    });
  });
  await expectNothingLeft(project);
  return result;
}

it('processes for the next two steps are started ahead, as far as there are steps and cores', async () => {
  const started = await counting(async ({ count, surroundings }) => {
    const spares = async (steps: number, cores: number): Promise<number> =>
      count(cores, (pool) => {
        pool.prepare(surroundings, steps);
        // It has those that it needs.
        pool.prepare(surroundings, steps);
      });
    return [await spares(9, 8), await spares(9, 2), await spares(9, 1), await spares(1, 8), await spares(0, 8)];
  });
  expect(started).toEqual([2, 2, 1, 1, 0]);
});

it('what was started ahead is replaced at once for a job that asks for something else', async () => {
  const started = await counting(async ({ count, surroundings }) => [
    await count(2, (pool) => {
      pool.prepareFirst();
      pool.prepare(surroundings, 1);
    }),
    await count(2, (pool) => {
      pool.prepareFirst();
      pool.prepare({ ...surroundings, network: true }, 1);
    }),
  ]);
  expect(started).toEqual([1, 2]);
});

it.each<[string, (workplace: Workplace) => Workplace]>([
  ['an image that is not known', (own) => ({ ...own, sandbox: { ...own.sandbox, runsImages: true } })],
  ['a copy of the project that is not there', (own) => ({ ...own, copies: true })],
])('nothing is started ahead for a first step in %s', async (_, change) => {
  const ahead = async ({ count }: Counted): Promise<number> =>
    count(2, (pool) => {
      pool.prepareFirst();
    });
  expect(await counting(ahead, change)).toBe(0);
});

it('in a project of two files, the process of the first step starts while they are read', async () => {
  const waiting = `import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const shared = () => readdirSync(process.env.TMPDIR).filter((name) => name.startsWith('kici-exchange-'));
const isFirst = !existsSync('read');
writeFileSync('read', '');
for (let look = 0; isFirst && look < 1_000 && shared().length < 2; look += 1) await setTimeout(10);
if (isFirst && shared().length > 1) writeFileSync('seen', '');
${withSteps("step('one', () => { console.log('SEEN ' + existsSync('seen')); })", 'env: {}')}`;
  const project = await makeProject({
    'main.ts': waiting,
    'other.ts': withSteps("step('one', () => {})", 'env: {}').replace("'main'", "'other'"),
  });
  const { code, stdout } = await finished(project.start(['run', 'main']));
  expect([code, stdout]).toEqual([0, expect.stringContaining('SEEN true\n')]);
  await expectNothingLeft(project);
});
