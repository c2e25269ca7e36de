import { expect, it, onTestFinished } from 'vitest';
import { ApiError } from '../../src/api/errors.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { startWireApi } from '../support/wire-api.ts';
import { makeProject } from './support/project.ts';

const two = (second: string): string => `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [
  job('first', { runsOn: 'default', environment: 'production', steps: [step('s', () => { console.log('RAN'); })] }),
  job('second', { needs: ['first'], ${second}, steps: [step('s', () => {})] }),
] });`;

it('a label or an environment that a later job lacks is found before the first step of the first job runs', async () => {
  const api = await startWireApi({
    'jobs.open': ({ environment }) => {
      throw new ApiError('not_found', `there is no environment ${environment}`, 'create it');
    },
  });
  onTestFinished(() => api.close());
  const project = await makeProject(
    { 'main.ts': two("runsOn: ['default', 'gpu'], environment: 'nowhere'") },
    { KICI_URL: api.url },
  );
  const { code, stdout, stderr } = await project.run('run');
  expect(code).toBe(1);
  expect(stdout).not.toContain('RAN');
  expect(stderr).toContain(
    'the job second runs on gpu, which is no label of this agent (default); there is no environment',
  );
  expect(stderr).toContain('there is no environment nowhere');
});

it('sessions that are opened to find out are closed again, one for each environment', async () => {
  const api = await startFakeJobs({});
  onTestFinished(() => api.close());
  const project = await makeProject(
    { 'main.ts': two("runsOn: 'default', environment: 'other'") },
    { KICI_URL: api.url },
  );
  const { code, stdout } = await project.run('run');
  expect([code, stdout]).toEqual([0, expect.stringContaining('RAN')]);
  const of = (id: string): number => api.calls.filter((call) => call.id === id).length;
  expect([of('jobs.open'), of('jobs.close')]).toEqual([4, 4]);
});
