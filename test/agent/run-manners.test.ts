import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonEvent } from '../../src/cli/kici/run/json-event.ts';
import { startOrchestrator, runProgram } from '../support/programs.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { finished, makeProject, withSteps, type Project } from './support/project.ts';

const source = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [
  job('build', { runsOn: 'default', steps: [
    step('compile', () => { console.log('COMPILED'); }),
    step('pack', () => { console.log('PACKED'); }),
  ] }),
  job('deploy', { runsOn: 'default', environment: 'production', needs: ['build'], steps: [
    step('migrate', async (ctx) => {
      console.log('MIGRATING');
      await ctx.secrets.get('DB_PASSWROD');
    }),
    step('release', { timeout: 50 }, () => new Promise(() => { setTimeout(() => {}, 60_000); })),
  ] }),
] });
`;
const plain = source.replace(", environment: 'production'", '');

async function projectWithSecrets(files: Readonly<Record<string, string>>): Promise<{
  readonly project: Project;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const orchestrator = await startOrchestrator();
  for (const args of [
    ['environment', 'create', 'production', '--bind', 'production'],
    ['secret', 'set', '--scope', 'production', 'DB_PASSWORD'],
    ['secret', 'declare', '--scope', 'production', 'LATER'],
  ])
    expect(
      await runProgram('kici-admin', args, { environment: orchestrator.environment, input: 'value-canary' }),
    ).toMatchObject({ code: 0 });
  const project = await makeProject(files, orchestrator.environment);
  return { project, [Symbol.asyncDispose]: async () => orchestrator[Symbol.asyncDispose]() };
}

describe('a run', () => {
  it('tells of its end before the orchestrator has closed its session', async () => {
    const told = Promise.withResolvers<void>();
    let printed = '';
    const api = await startFakeJobs({ closing: told.promise });
    onTestFinished(() => api.close());
    const project = await makeProject({ 'main.ts': withSteps("step('s', () => {})") }, { KICI_URL: api.url });
    const agent = project.start(['run']);
    agent.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('workflow main: succeeded')) told.resolve();
    });
    // A run that waits for the answer gives up in the end, and says so.
    expect(await finished(agent)).toMatchObject({ code: 0, stderr: '' });
    expect(printed).toContain('workflow main: succeeded\n');
    expect(api.calls.map(({ id }) => id)).toEqual(['jobs.open', 'jobs.close']);
  });

  it('tells at its end what failed, where in the code, and what would set a missing secret', async () => {
    await using made = await projectWithSecrets({ 'main.ts': source });
    const { code, stdout, stderr } = await made.project.run('run', '--jobs', '1');
    expect([code, stdout]).toEqual([1, expect.stringContaining('MIGRATING\n')]);
    const summary = stderr.slice(stderr.indexOf('failures:'));
    expect(summary).toBe(`failures:
  deploy › migrate  .kici/workflows/main.ts:10:7
`);
    const told =
      'SecretNotFoundError: the environment production has no secret DB_PASSWROD; near it: DB_PASSWORD; `kici-admin secret set --scope production DB_PASSWROD` sets it';
    expect(stderr.split(told)).toHaveLength(2);
    const dry = await made.project.run('run', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([1, expect.not.stringMatching(/COMPILED|canary/)]);
    expect(dry.stdout).toBe(`[dry-run] would run the workflow main (.kici/workflows/main.ts)

job build, which binds no environment
  steps compile, pack

job deploy (environment production)
  needs build
  steps migrate, release
  names in its code DB_PASSWROD
  KEY          BACKEND   SCOPE       STATUS
  DB_PASSWORD  internal  production  available
  LATER        internal  production  declared

.kici/workflows/main.ts:10:29: error: the environment production has no secret DB_PASSWROD; did you mean DB_PASSWORD?; \`kici-admin secret set --scope production DB_PASSWROD\` sets it
`);
    expect(dry.stderr).toContain('kici: check_failed: 0 of the jobs would not start, and 1 of the keys');
    const json = await made.project.run('run', '--dry-run', '--json', '--job', 'build');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      0,
      {
        workflow: 'main',
        file: '.kici/workflows/main.ts',
        findings: [],
        jobs: [expect.objectContaining({ job: 'build', secrets: [] })],
      },
    ]);
  });

  it('dry or not, says which stated keys keep a job from starting, with the command that sets one', async () => {
    await using made = await projectWithSecrets({
      'main.ts': source.replace("environment: 'production',", "environment: 'production', secrets: ['LATER'],"),
    });
    const dry = await made.project.run('run', '--dry-run', '--label', 'linux');
    expect([dry.code, dry.stdout]).toEqual([1, expect.stringContaining('  states LATER\n')]);
    expect(dry.stdout).toContain(
      "  secret_missing: the job deploy states secrets without a value in the environment production: LATER is declared and not set\n      correct the job's secrets, or set it with `kici-admin secret set --scope production LATER`\n",
    );
    expect(dry.stdout).toContain('the job deploy states its secrets, and DB_PASSWROD is not one of them');
  });

  it('of one step runs that step and nothing else, though its job needs another', async () => {
    const project = await makeProject({ 'main.ts': plain });
    const { code, stdout, stderr } = await project.run('run', '--step', 'pack', '--step', 'release');
    expect(code).toBe(1);
    expect(stdout).toContain('PACKED');
    expect(stdout).not.toMatch(/COMPILED|MIGRATING/);
    expect(stdout).toContain('workflow main\nleft out by --step: build › compile, deploy › migrate\n');
    expect(stderr.slice(stderr.indexOf('failures:'))).toBe(
      'failures:\n  deploy › release  .kici/workflows/main.ts:12:5\n',
    );
    const wrong = await project.run('run', '--step', 'packs');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      'kici: step_not_found: the workflow "main" has no step "packs"\n      did you mean pack?\n',
    ]);
  });

  it('as JSON prints events of the schema that is published, and nothing else', async () => {
    const project = await makeProject({ 'main.ts': plain });
    const { code, stdout } = await project.run('run', '--json');
    expect(code).toBe(1);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => jsonEvent.parse(JSON.parse(line)));
    expect(events[0]).toEqual({
      type: 'workflow_started',
      workflow: 'main',
      jobs: [
        { name: 'build', steps: ['compile', 'pack'] },
        { name: 'deploy', steps: ['migrate', 'release'] },
      ],
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'step_finished',
        step: 'migrate',
        at: { file: '.kici/workflows/main.ts', line: 10, column: 7 },
      }),
    );
  });

  it('masks what an error says of its place', async () => {
    await using made = await projectWithSecrets({
      'main.ts': source.replace(
        "await ctx.secrets.get('DB_PASSWROD');",
        "const value = await ctx.secrets.get('DB_PASSWORD'); const error = new Error('x'); error.stack = 'Error: x\\n    at ' + process.cwd() + '/' + value + ':1:1'; throw error;",
      ),
    });
    const { stdout, stderr } = await made.project.run('run', '--jobs', '1');
    expect(stderr).toContain('deploy › migrate  ***:1:1\n');
    expect(stdout + stderr).not.toContain('value-canary');
  });
});
