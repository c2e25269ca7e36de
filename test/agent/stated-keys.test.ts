import { expect, it, onTestFinished } from 'vitest';
import { ApiError } from '../../src/api/api-error.ts';
import { startWireApi } from '../support/wire-api.ts';
import { startOrchestrator, runProgram } from '../support/programs.ts';
import { keysRead } from './support/fake-jobs.ts';
import { makeProject, runWith, withSteps } from './support/project.ts';

const stating = (secrets: readonly string[]): string =>
  `environment: 'production', secrets: ${JSON.stringify(secrets)}`;

it('a step sees and gets what its job states and nothing else, though an orchestrator would hand it out', async () => {
  const source = withSteps(
    `step('s', async (ctx) => {
      console.log(ctx.secrets.list().join(), ctx.secrets.has('OTHER'), ctx.secrets.getMeta('OTHER'));
      console.log((await ctx.secrets.get('AGE_KEY_1')).length);
      for (const ask of [() => ctx.secrets.get('OTHER'), () => ctx.secrets.expose('OTHER'), () => ctx.secrets.mountFile({ sources: ['AGE_KEY_1', 'OTHER'] })])
        await ask().then(() => console.log('HANDED OUT'), (error) => console.log(error.name, error.problems[0].status, error.message));
    })`,
    stating(['AGE_KEY_*', 'TOKEN']),
  );
  // This orchestrator ignores what a job states.
  const { code, stdout, api } = await runWith(
    { values: { AGE_KEY_1: 'first-key', OTHER: 'other-value', TOKEN: 'token-value' }, openEnded: true },
    source,
  );
  expect([code, stdout]).toEqual([0, expect.stringContaining('AGE_KEY_1,TOKEN false undefined\n9\n')]);
  expect(stdout.match(/SecretNotFoundError refused/g)).toHaveLength(3);
  expect(stdout).toContain('the job "only" states its secrets, and OTHER is not one of them');
  expect(stdout).not.toContain('HANDED OUT');
  // The orchestrator is told, for its audit log.
  expect(keysRead(api).flat()).toContain('OTHER');
  expect(api.calls.find(({ id }) => id === 'jobs.open')?.input).toMatchObject({ secrets: ['AGE_KEY_*', 'TOKEN'] });
});

it('a job without the field asks as ever', async () => {
  const { code, api } = await runWith(
    { values: { A: 'a-value' } },
    withSteps(`step('s', (ctx) => ctx.secrets.get('A'))`),
  );
  expect(code).toBe(0);
  expect(api.calls.find(({ id }) => id === 'jobs.open')?.input).not.toHaveProperty('secrets');
});

it('keys that are stated and missing fail the job before its first step, all at once, with near matches', async () => {
  await using orchestrator = await startOrchestrator();
  const project = await makeProject(
    {
      'main.ts': withSteps(
        `step('s', () => { console.log('RAN'); })`,
        stating(['DB_PASSWROD', 'UNSET', 'NOPE', 'AGE_*']),
      ),
    },
    orchestrator.environment,
  );
  const admin = async (...args: string[]): Promise<void> => {
    expect(
      await runProgram('kici-admin', args, { environment: orchestrator.environment, input: 'a-value' }),
    ).toMatchObject({ code: 0 });
  };
  await admin('environment', 'create', 'production', '--bind', 'production');
  await admin('secret', 'set', '--scope', 'production', 'DB_PASSWORD');
  await admin('secret', 'declare', '--scope', 'production', 'UNSET');
  const { code, stdout, stderr } = await project.run('run');
  expect([code, stdout]).toEqual([1, expect.not.stringContaining('RAN')]);
  expect(stderr).toContain(
    'kici: secret_missing: the job only states secrets without a value in the environment production: there is no DB_PASSWROD, near it: DB_PASSWORD; UNSET is declared and not set; there is no NOPE\n',
  );
});

it('a later job that states a missing key is found before the first step of the first job', async () => {
  const api = await startWireApi({
    'jobs.open': ({ secrets }) => {
      if (secrets === undefined) throw new ApiError('internal_error', 'the job states its keys');
      return {
        jobId: 'j',
        jobToken: 't',
        orchestratorPublicKey: Buffer.concat([Buffer.alloc(31), Buffer.of(9)]).toString('base64'),
        expiresAt: '2099-01-01T00:00:00Z',
        catalogue: [],
        missing: secrets.map((key) => ({ key, status: 'not_found', near: [] })),
        openEnded: false,
        unavailable: [],
        variables: [],
      };
    },
    'jobs.close': () => ({}),
  });
  onTestFinished(() => api.close());
  const project = await makeProject(
    {
      'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [
  job('first', { runsOn: 'default', steps: [step('s', () => { console.log('RAN'); })] }),
  job('second', { needs: ['first'], runsOn: 'default', ${stating(['A'])}, steps: [step('s', () => {})] }),
  job('third', { needs: ['first'], runsOn: 'default', ${stating(['B'])}, steps: [step('s', () => {})] }),
] });`,
    },
    { KICI_URL: api.url },
  );
  const { code, stdout, stderr } = await project.run('run');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/the job second states .*: there is no A; the job third states .*: there is no B\n/);
  expect(api.calls.map(({ id }) => id).toSorted()).toEqual(['jobs.close', 'jobs.close', 'jobs.open', 'jobs.open']);
});
