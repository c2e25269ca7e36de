import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { ApiError } from '../../src/api/api-error.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { startWireApi } from '../support/wire-api.ts';
import { finished, makeProject } from './support/project.ts';

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
    'the job second runs on gpu, which is not a label of this agent (default); there is no environment',
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

it('only the jobs that --job chooses are looked at, with all that they need', async () => {
  const api = await startFakeJobs({});
  onTestFinished(() => api.close());
  const workflow = two("runsOn: 'default', environment: 'other'").replace(
    '] });',
    "  job('third', { runsOn: 'gpu', environment: 'nowhere', steps: [step('s', () => {})] }),\n] });",
  );
  const project = await makeProject({ 'main.ts': workflow }, { KICI_URL: api.url });
  const all = await project.run('run');
  expect([all.code, all.stdout, all.stderr]).toEqual([1, '', expect.stringContaining('the job third runs on gpu')]);
  const before = api.calls.length;
  const chosen = await project.run('run', '--job', 'second');
  expect([chosen.code, chosen.stderr]).toEqual([0, '']);
  expect(JSON.stringify(api.calls.slice(before))).not.toContain('nowhere');
});

it('a signal that comes meanwhile cancels the run', async () => {
  const server = createServer(() => child.kill('SIGINT'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const project = await makeProject(
    { 'main.ts': two("runsOn: 'default', environment: 'other'") },
    { KICI_URL: `http://127.0.0.1:${port}` },
  );
  const child = project.start(['run']);
  const { code, stdout, stderr } = await finished(child);
  expect([code, stdout, stderr]).toEqual([130, '', expect.stringContaining('kici: cancelled: the run was cancelled')]);
});
