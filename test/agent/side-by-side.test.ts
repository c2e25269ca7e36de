import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeJobs } from './support/fake-jobs.ts';
import { finished, makeProject, type Project } from './support/project.ts';

const workflowWith = (jobs: string): string => `import { workflow, job, step, push } from '@kici-dev/sdk';
import { existsSync, writeFileSync } from 'node:fs';
/** Waits for a file that another job writes: it only comes where both run at the same time. */
const meet = async (own: string, other: string) => { writeFileSync(own, ''); while (!existsSync(other)) await new Promise((resolve) => setTimeout(resolve, 10)); };
export default workflow('main', { on: push(), jobs: [${jobs}] });
`;

const meeting = `
job('first', { runsOn: 'default', environment: 'production', steps: [step('mount', async (ctx) => {
  const { path } = await ctx.secrets.mountFile({ sources: ['TOKEN'], name: 'same' });
  ctx.setEnv('WHO', 'first');
  await meet('a', 'b');
  process.stdout.write('half of a line, '); await meet('c', 'd'); console.log('the other half');
  console.log(await ctx.secrets.get('TOKEN')); console.error('to stderr'); console.log('MOUNT ' + path);
}), step('env', () => { console.log('WHO ' + process.env.WHO); })] }),
job('second-one', { runsOn: 'default', environment: 'production', steps: [step('mount', async (ctx) => {
  const { path } = await ctx.secrets.mountFile({ sources: ['TOKEN'], name: 'same' });
  ctx.setEnv('WHO', 'second');
  await meet('b', 'a'); console.log('between the halves'); await meet('d', 'c');
  console.log('MOUNT ' + path); process.stdout.write('no line end');
}), step('env', () => { console.log('WHO ' + process.env.WHO); })] })`;

async function projectOf(source: string, values: Record<string, string> = {}): Promise<Project> {
  const api = await startFakeJobs({ values });
  onTestFinished(() => api.close());
  return makeProject({ 'main.ts': source }, { KICI_URL: api.url, KICI_TOKEN: 'agent-token-canary' });
}

describe('independent jobs', () => {
  it.each(['none', 'bwrap'])('run side by side in %s, apart in files, variables and output', async (sandbox) => {
    const project = await projectOf(workflowWith(meeting), { TOKEN: 'value-of-token' });
    const { code, stdout, stderr, left } = await project.run('run', '--jobs', '2', '--sandbox', sandbox);
    expect(code, stderr).toBe(0);
    const lines = stdout.split('\n');
    for (const line of [
      'first      | half of a line, the other half',
      'first      | ***',
      'first      | WHO first',
      'second-one | WHO second',
      'second-one | no line end',
      'first      | job first: succeeded',
    ])
      expect(lines).toContain(line);
    expect(stderr).toBe('first      | to stderr\n');
    const mounts = lines.flatMap((line) => /MOUNT (.*)/.exec(line)?.[1] ?? []);
    expect(new Set(mounts).size).toBe(2);
    expect(left).toEqual([]);
    expect(await readdir(join(project.home, '.local/state/kici/journal'))).toEqual([]);
  });

  it('are told apart by every event as JSON, whose text is whole characters', async () => {
    const project = await projectOf(
      workflowWith(
        ['x', 'y']
          .map(
            (name, index) =>
              `job('${name}', { runsOn: 'default', steps: [step('s', async () => { const bytes = Buffer.from('ä€😀${name}'); await meet('${name}', '${index === 0 ? 'y' : 'x'}'); for (const byte of bytes) { process.stdout.write(Buffer.of(byte)); await new Promise((resolve) => setTimeout(resolve, 5)); } process.stdout.write(Buffer.of(0xe2, 0x82)); })] })`,
          )
          .join(),
      ),
    );
    const { stdout } = await project.run('run', '--jobs', '2', '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    for (const event of events.filter(({ type }) => /^(step|output)/.test(String(type))))
      expect(event).toMatchObject({ job: expect.stringMatching(/^[xy]$/), step: 's' });
    for (const name of ['x', 'y']) {
      const text = events.filter(({ type, job }) => type === 'output' && job === name).map((event) => event['text']);
      expect(text.join('')).toBe(`ä€😀${name}\u{fffd}`);
    }
    expect(events[0]).toEqual({
      type: 'workflow_started',
      workflow: 'main',
      jobs: ['x', 'y'].map((name) => ({ name, steps: ['s'] })),
    });
    expect(events.at(-1)).toEqual({ type: 'workflow_finished', workflow: 'main', status: 'succeeded' });
  });

  it('mask each other: a value that one asked for shows in the output of none', async () => {
    const project = await projectOf(
      workflowWith(`
job('asks', { runsOn: 'default', environment: 'production', steps: [step('s', async (ctx) => { writeFileSync('value', await ctx.secrets.get('TOKEN')); await ctx.mask('value-of-my-own'); await meet('a', 'b'); })] }),
job('prints', { runsOn: 'default', steps: [step('s', async (ctx) => { await meet('b', 'a'); await ctx.$\`cat value; echo; echo value-of-my-own\`; })] })`),
      { TOKEN: 'value-of-token' },
    );
    const { code, stdout, stderr } = await project.run('run', '--jobs', '2');
    expect(code, stderr).toBe(0);
    // The other job's last lines may come between these two.
    expect(stdout.split('\n').filter((line) => line.startsWith('prints | *'))).toEqual([
      'prints | ***',
      'prints | ***',
    ]);
    expect(stdout + stderr).not.toMatch(/value-of-(?:token|my-own)/);
  });

  it('go on where another fails; what needs that is skipped and says why; the run fails', async () => {
    const project = await projectOf(
      workflowWith(`
job('bad', { runsOn: 'default', steps: [step('s', async () => { throw new Error('no'); })] }),
job('good', { runsOn: 'default', steps: [step('s', () => console.log('GOOD'))] }),
job('next', { runsOn: 'default', needs: ['bad', 'good'], steps: [step('s', () => console.log('NEVER'))] }),
job('last', { runsOn: 'default', needs: ['good'], steps: [step('s', () => console.log('LAST'))] })`),
    );
    const { code, stdout } = await project.run('run', '--jobs', '4');
    expect(code).toBe(1);
    for (const text of [
      'good | GOOD\n',
      'last | LAST\n',
      'next | job next: skipped, for it needs bad\n',
      'bad  | job bad: failed\n',
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toContain('NEVER');
    expect(stdout).toMatch(/\nworkflow main: failed \((?:bad failed, next skipped|next skipped, bad failed)\)\n$/);
  });

  it('of which one is named runs with what it needs, and no other', async () => {
    const job = (name: string, needs: string): string =>
      `job('${name}', { runsOn: 'default', needs: [${needs}], steps: [step('s', () => console.log('RUN ${name}'))] })`;
    const project = await projectOf(
      workflowWith([job('a', ''), job('b', "'a'"), job('c', "'b'"), job('d', '')].join()),
    );
    expect((await project.run('run', '--job', 'b')).stdout.match(/RUN ./g)).toEqual(['RUN a', 'RUN b']);
    const { code, stderr } = await project.run('run', '--job', 'bb');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('kici: job_not_found: the workflow "main" has no job "bb"'),
    ]);
    for (const count of ['0', 'x', '-1', '1.5']) expect((await project.run('run', '--jobs', count)).code).toBe(2);
  });
});

describe('a run that a signal ends', () => {
  const waiting = workflowWith(
    `${['a', 'b'].map((name) => `job('${name}', { runsOn: 'default', steps: [step('s', async () => { await meet('${name}', '${name === 'a' ? 'b' : 'a'}'); console.log('READY'); await new Promise(() => setInterval(() => {}, 60_000)); })] })`).join()}, job('c', { runsOn: 'default', needs: ['a'], steps: [step('s', () => {})] })`,
  );

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: its jobs and steps are cancelled, and it exits with %i', async (signal, expected) => {
    const project = await projectOf(waiting);
    const child = project.start(['run', '--jobs', '2']);
    let ready = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      const now = chunk.toString().split('READY').length - 1;
      ready += now;
      // Once: a second signal ends the run at once.
      if (now > 0 && ready === 2) child.kill(signal);
    });
    const { code, stdout, stderr } = await finished(child);
    expect([code, stderr]).toEqual([expected, '']);
    for (const name of ['a', 'b', 'c']) expect(stdout).toContain(`${name} | job ${name}: cancelled\n`);
    expect(stdout.match(/--- s: cancelled after/g)).toHaveLength(2);
    expect(stdout).not.toMatch(/failed|skipped/);
    expect(stdout).toMatch(/\nworkflow main: cancelled \(.*\)\n$/);
    expect(await project.leftovers()).toEqual([]);
  });

  it('while the workflows are read says so, and exits with 130', async () => {
    const project = await makeProject({
      'main.ts': `process.stdout.write('READING\\n'); await new Promise(() => setInterval(() => {}, 60_000));`,
    });
    const child = project.start(['run']);
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.includes('READING')) child.kill('SIGINT');
    });
    const { code, stderr } = await finished(child);
    expect([code, stderr]).toEqual([130, expect.stringContaining('kici: cancelled: the run was cancelled')]);
  });
});

describe('kici list', () => {
  const source = `import { workflow, job, step, push, pullRequest } from '@kici-dev/sdk';
export default workflow('ci', { on: [push({ branches: ['main'], tags: ['v*'] }), pullRequest()], jobs: [
  job('build', { runsOn: ['default', 'linux'], container: { image: 'debian:stable' }, steps: [step('compile', () => {}), step('test', { timeout: 5 }, () => {})] }),
  job('ship', { runsOn: 'default', needs: ['build'], environment: 'production', steps: [step('upload', () => {})] }) ] });`;

  it('shows workflows, what starts them, jobs, environments and steps, and runs nothing', async () => {
    const project = await makeProject({ 'ci.ts': source });
    const { code, stdout, stderr, left } = await project.run('list');
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
    expect(stdout).toBe(`ci  (.kici/workflows/ci.ts)
  on push; branches main; tags v*
  on pull request
  job build: runs on default, linux; image debian:stable
    compile
    test
  job ship: needs build; environment production; runs on default
    upload
`);
  });

  it('gives the same as JSON, and names the files that define nothing', async () => {
    const project = await makeProject({ 'ci.ts': source, 'bad.ts': 'export const a = 1;' });
    const { code, stdout } = await project.run('list', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      workflows: [
        {
          name: 'ci',
          file: '.kici/workflows/ci.ts',
          on: [{ event: 'push', branches: ['main'], tags: ['v*'] }, { event: 'pull_request' }],
          jobs: [
            { name: 'build', needs: [], steps: [{ name: 'compile' }, { name: 'test', timeout: 5 }] },
            { name: 'ship', environment: 'production', needs: ['build'] },
          ],
        },
      ],
      broken: [{ file: '.kici/workflows/bad.ts', problem: expect.stringContaining('no workflow') }],
    });
    expect((await project.run('list')).stderr).toContain('.kici/workflows/bad.ts: the file has no workflow');
  });
});

it('jobs whose sandboxes differ take no spare process from each other', async () => {
  const job = (name: string, network: boolean): string =>
    `job('${name}', { runsOn: 'default', network: ${network}, steps: [step('1', () => {}), step('2', () => console.log('END ${name}'))] })`;
  const project = await projectOf(
    workflowWith([job('a', true), job('b', false), job('c', true), job('d', false)].join()),
  );
  const { code, stdout, left } = await project.run('run', '--jobs', '4', '--sandbox', 'bwrap');
  expect(code).toBe(0);
  expect(stdout.match(/END ./g)?.toSorted()).toEqual(['END a', 'END b', 'END c', 'END d']);
  expect(left).toEqual([]);
});

it('a run whose jobs bind no environment waits for no orchestrator', async () => {
  const asked: string[] = [];
  const server = createServer((socket) => {
    asked.push(String(socket.remoteAddress));
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const project = await makeProject(
    { 'main.ts': workflowWith("job('a', { runsOn: 'default', steps: [step('s', () => {})] })") },
    { KICI_URL: `http://127.0.0.1:${port}` },
  );
  expect((await project.run('run')).code).toBe(0);
  expect(asked).toEqual([]);
});
