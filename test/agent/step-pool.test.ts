import { expect, it } from 'vitest';
import { StepPool } from '../../src/agent/run/step-pool.ts';
import { withWorkplace } from '../../src/agent/run/with-workplace.ts';
import { makeProject, withSteps } from './support/project.ts';
import { expectNothingLeft } from './support/remains.ts';

it('processes for the next two steps are started ahead, as far as there are steps and cores', async () => {
  const project = await makeProject({ 'main.ts': withSteps("step('one', () => {})", 'env: {}') });
  const { folder, environment } = project;
  const started = await withWorkplace(
    {
      folder,
      sandbox: 'none',
      runtime: undefined,
      namespaces: true,
      projectCopy: false,
      limits: {},
      temporary: undefined,
      environment,
      credentials: [],
      signal: new AbortController().signal,
    },
    async ({ loader, workplace }) => {
      await loader.discard();
      const { sandbox } = workplace;
      let count = 0;
      const command: typeof sandbox.command = (request) => {
        count += 1;
        return sandbox.command(request);
      };
      const counted = { ...workplace, sandbox: { ...sandbox, command } };
      const surroundings = { ...sandbox.forLoader(workplace.environment), limits: {}, copy: undefined };
      const spares = async (steps: number, cores: number): Promise<number> => {
        count = 0;
        const pool = new StepPool(counted, cores);
        pool.prepare(surroundings, steps);
        // It has those that it needs.
        pool.prepare(surroundings, steps);
        await pool.close();
        return count;
      };
      return [await spares(9, 8), await spares(9, 2), await spares(9, 1), await spares(1, 8), await spares(0, 8)];
    },
  );
  expect(started).toEqual([2, 2, 1, 1, 0]);
  await expectNothingLeft(project);
});
