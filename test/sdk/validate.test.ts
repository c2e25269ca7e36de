import { describe, expect, it } from 'vitest';
import { isWorkflow, job, pullRequest, push, step, workflow, WorkflowDefinitionError } from '@kici-dev/sdk';
import { validateWorkflow } from '../../src/sdk/validate.ts';

const run = () => undefined;
const good = { name: 'a', runsOn: 'default', steps: [{ name: 's', run }] };

function problemsOf(options: unknown, name: unknown = 'w'): readonly string[] {
  try {
    validateWorkflow(name, options);
    return [];
  } catch (error) {
    if (!WorkflowDefinitionError.is(error)) throw error;
    for (const { hint } of error.problems) expect(hint).not.toBe('');
    return error.problems.map(({ path }) => path);
  }
}

describe('a workflow', () => {
  it('takes one trigger or several, labels, needs, env and timeouts', () => {
    const first = job('first', {
      runsOn: ['default', 'linux'],
      env: { A: '1' },
      network: true,
      container: { image: 'registry.example/a/b:1@sha256:0f' },
      limits: { processes: 200, memory: '2GiB', tmp: '64KiB', output: '10MiB' },
      steps: [step('one', run), step('two — ünï', { timeout: 5 }, run)],
    });
    const second = job('second', {
      runsOn: 'default',
      environment: 'production',
      secrets: ['DB_PASSWORD', 'AGE_KEY_*', '*'],
      needs: ['first'],
      steps: [step('one', run)],
    });
    const definition = workflow('w', { on: [push({ branches: ['main'] }), pullRequest()], jobs: [first, second] });
    expect(isWorkflow(definition)).toBe(true);
    expect(definition.jobs[0]?.steps[1]?.timeout).toBe(5);
    expect(isWorkflow({ ...definition })).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['no options', undefined, 'options'],
    ['no trigger', { jobs: [good] }, 'on'],
    ['a trigger that is none', { on: { event: 'moon' }, jobs: [good] }, 'on'],
    ['a filter that is not a list', { on: [{ event: 'push', branches: 'main' }], jobs: [good] }, 'on[0].branches'],
    ['no jobs', { on: push(), jobs: [] }, 'jobs'],
    ['a job that is none', { on: push(), jobs: ['a'] }, 'jobs[0]'],
    ['two jobs of one name', { on: push(), jobs: [good, good] }, 'jobs[1].name'],
    ['limits that are no object', { on: push(), jobs: [{ ...good, limits: '1GiB' }] }, 'jobs[0].limits'],
    ['a limit that is none', { on: push(), jobs: [{ ...good, limits: { cores: 2 } }] }, 'jobs[0].limits.cores'],
    ['a size that is none', { on: push(), jobs: [{ ...good, limits: { memory: '2GB' } }] }, 'jobs[0].limits.memory'],
    [
      'more processes than there can be',
      { on: push(), jobs: [{ ...good, limits: { processes: 4_194_305 } }] },
      'jobs[0].limits.processes',
    ],
    ['half a process', { on: push(), jobs: [{ ...good, limits: { processes: 1.5 } }] }, 'jobs[0].limits.processes'],
    ['no label', { on: push(), jobs: [{ ...good, runsOn: [] }] }, 'jobs[0].runsOn'],
    ['an environment name', { on: push(), jobs: [{ ...good, environment: 'a b' }] }, 'jobs[0].environment'],
    [
      'a stated key that is none',
      { on: push(), jobs: [{ ...good, environment: 'e', secrets: ['A', 'a b'] }] },
      'jobs[0].secrets[1]',
    ],
    [
      'keys that are not a list',
      { on: push(), jobs: [{ ...good, environment: 'e', secrets: 'A' }] },
      'jobs[0].secrets',
    ],
    [
      'more patterns than a job may state',
      {
        on: push(),
        jobs: [{ ...good, environment: 'e', secrets: Array.from({ length: 101 }, (_, index) => `*A${index}`) }],
      },
      'jobs[0].secrets',
    ],
    ['stated keys of no environment', { on: push(), jobs: [{ ...good, secrets: ['A'] }] }, 'jobs[0].secrets'],
    [
      'too many stated keys',
      { on: push(), jobs: [{ ...good, environment: 'e', secrets: Array(1_001).fill('A') }] },
      'jobs[0].secrets',
    ],
    ['a need that is not a job', { on: push(), jobs: [{ ...good, needs: ['b'] }] }, 'jobs[0].needs'],
    ['a job that needs itself', { on: push(), jobs: [{ ...good, needs: ['a'] }] }, 'jobs[0].needs'],
    ['env that is not text', { on: push(), jobs: [{ ...good, env: { A: 1 } }] }, 'jobs[0].env.A'],
    [
      'env that no program can be given',
      { on: push(), jobs: [{ ...good, env: { A: 'é'.repeat(65_535) } }] },
      'jobs[0].env.A',
    ],
    ['env with a NUL', { on: push(), jobs: [{ ...good, env: { A: 'a\0b' } }] }, 'jobs[0].env.A'],
    ['a variable name', { on: push(), jobs: [{ ...good, env: { 'a-b': '' } }] }, 'jobs[0].env.a-b'],
    ['no steps', { on: push(), jobs: [{ ...good, steps: [] }] }, 'jobs[0].steps'],
    ['a step without a function', { on: push(), jobs: [{ ...good, steps: [{ name: 's' }] }] }, 'jobs[0].steps[0].run'],
    [
      'a timeout of no time',
      { on: push(), jobs: [{ ...good, steps: [{ name: 's', run, timeout: 0 }] }] },
      'jobs[0].steps[0].timeout',
    ],
    ['an image that is none', { on: push(), jobs: [{ ...good, container: 'debian' }] }, 'jobs[0].container'],
    [
      'an image that is an option',
      { on: push(), jobs: [{ ...good, container: { image: '--privileged' } }] },
      'jobs[0].container.image',
    ],
    [
      "a container's option that there is not",
      { on: push(), jobs: [{ ...good, container: { image: 'a', privileged: true } }] },
      'jobs[0].container.privileged',
    ],
    ['an option that there is not', { on: push(), jobs: [{ ...good, enviroment: 'x' }] }, 'jobs[0].enviroment'],
    ['a name with a line end', { on: push(), jobs: [{ ...good, name: 'a\nb' }] }, 'jobs[0].name'],
  ])('with %s names the place', (_, options, path) => {
    expect(problemsOf(options)).toContain(path);
  });

  it('lists every problem, and each with what to do', () => {
    expect(problemsOf({ on: [], jobs: [{ ...good, runsOn: 1, steps: [{ name: '', run: 1 }] }] }, '')).toEqual([
      'name',
      'on',
      'jobs[0].runsOn',
      'jobs[0].steps[0].name',
      'jobs[0].steps[0].run',
    ]);
  });

  it('finds every circle of needs', () => {
    const jobs = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['d', 'a'],
    ].map(([name, need]) => ({ ...good, name, needs: [need] }));
    expect(problemsOf({ on: push(), jobs })).toEqual(['jobs[0].needs', 'jobs[1].needs', 'jobs[2].needs']);
  });
});
