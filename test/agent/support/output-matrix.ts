import { expect, it } from 'vitest';
import { lines, numbers } from './output.ts';
import { makeProject } from './project.ts';

const loop = (count: number, to = 'log'): string => `for (let i = 1; i <= ${count}; i++) console.${to}('line ' + i);`;
const children = `const { spawn } = await import('node:child_process'); const { once } = await import('node:events');`;
const block = '0123456789abcde\n';

/** Step bodies, each for one job. @param lots how many lines the longest prints */
const bodiesOf = (lots: number) => ({
  one: `${loop(1)} ${loop(1, 'error')}`,
  some: `${loop(300)} ${loop(300, 'error')}`,
  many: `${loop(lots)} ${loop(lots, 'error')}`,
  write: `process.stdout.write('0123456789abcde\\n'.repeat(524_288))`,
  throws: `${loop(2_000, 'error')} throw new Error('it failed');`,
  exits: `${loop(2_000, 'error')} process.exit(7);`,
  dies: `${loop(2_000, 'error')} setImmediate(() => { throw new Error('it died'); }); await new Promise(() => {});`,
  killed: `${loop(2_000, 'error')} process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`,
  late: `${loop(2_000)} process.stdout.write('0123456789abcde\\n'.repeat(65_536)); await new Promise((resolve) => setInterval(() => {}, 60_000));`,
  handlers: `process.once('beforeExit', () => { setImmediate(() => { console.log('BEFORE') }) }); process.on('exit', () => { ${loop(lots / 6)} });`,
  'worker-ends': worker(lots, '', 'exit'),
  'worker-exits': worker(lots, 'process.exit(0);', 'exit'),
  'worker-stays': worker(
    lots,
    "require('node:worker_threads').parentPort.postMessage(1); setInterval(() => {}, 1000);",
    'message',
  ),
  children: `${children}
    await ctx.$\`seq 1 ${lots / 3}\`;
    await once(spawn('seq', ['1', '${lots / 3}'], { stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
    const piped = spawn('seq', ['1', '${lots / 3}'], { stdio: ['ignore', 'pipe', 'inherit'] });
    piped.stdout.pipe(process.stdout);
    await once(piped, 'close');`,
  descriptors: `${children}
    await once(spawn('bash', ['-c', 'seq 1 ${lots / 3} >&5'], { stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'ignore', 1] }), 'exit');
    await ctx.$\`exec 7>&1; seq 1 ${lots / 3} >&7\`;
    spawn('bash', ['-c', '(sleep 0.2; seq 1 ${lots / 3}) &'], { stdio: ['ignore', process.stdout, 'ignore'] }).unref();
    await new Promise((resolve) => setTimeout(resolve, 1500));`,
});

type Job = keyof ReturnType<typeof bodiesOf>;

function worker(lots: number, last: string, event: string): string {
  return `const { Worker } = await import('node:worker_threads'); const { once } = await import('node:events');
    await once(new Worker(${JSON.stringify(`${loop(lots / 6)} ${last}`)}, { eval: true }), '${event}');`;
}

interface Heard {
  stdout: string;
  stderr: string;
  status?: string;
  error?: string;
}

interface Event {
  readonly type: string;
  readonly job: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly status: string;
  readonly error?: string;
}

/**
 * What a step prints arrives, byte for byte.
 * @param extra job options, each followed by a comma
 * @param lots a multiple of 6
 */
export function outputMatrix(sandbox: string, extra = '', lots = 300_000): void {
  // One run for all, since starting takes most of a run's time.
  let run: Promise<ReadonlyMap<string, Heard>> | undefined;
  const heard = async (job: Job): Promise<Heard> => {
    const found = (await (run ??= runAll(sandbox, extra, lots))).get(job);
    if (found === undefined) throw new Error(`nothing was heard of ${job}`);
    return found;
  };

  it.each([
    ['one', 1],
    ['some', 300],
    ['many', lots],
  ] as const)('lines arrive on both streams, of a step that succeeds: %s', async (job, count) => {
    const { stdout, stderr, status } = await heard(job);
    expect(status).toBe('succeeded');
    expectSame(stdout, lines(count));
    expectSame(stderr, lines(count));
  });

  it('one write of 8 MB arrives', async () => {
    expectSame((await heard('write')).stdout, block.repeat(524_288));
  });

  it.each([
    ['throws', 'Error: it failed'],
    ['exits', 'ended with code 7'],
    ['dies', 'ended with code 1'],
    ['killed', 'before its function had returned'],
  ] as const)('2000 lines and the error arrive of a step that %s', async (job, problem) => {
    const { stderr, status, error } = await heard(job);
    expect([status, error]).toEqual(['failed', expect.stringContaining(problem)]);
    expectSame(stderr.slice(0, lines(2_000).length), lines(2_000));
    if (job === 'dies') expect(stderr).toContain('Error: it died');
  });

  it('all lines arrive that a step printed before its timeout', async () => {
    const { stdout, status } = await heard('late');
    expect(status).toBe('timed_out');
    expectSame(stdout, `${lines(2_000)}${block.repeat(65_536)}`);
  });

  it('what handlers of the end print arrives', async () => {
    const { stdout, status } = await heard('handlers');
    expect(status).toBe('succeeded');
    expectSame(stdout, `BEFORE\n${lines(lots / 6)}`);
  });

  it.each(['worker-ends', 'worker-exits', 'worker-stays'] as const)('what a worker prints arrives: %s', async (job) => {
    expectSame((await heard(job)).stdout, lines(lots / 6));
  });

  it.each(['children', 'descriptors'] as const)("what a step's children print arrives: %s", async (job) => {
    const { stdout, status } = await heard(job);
    expect(status).toBe('succeeded');
    expectSame(stdout, numbers(lots / 3).repeat(3));
  });
}

async function runAll(sandbox: string, extra: string, lots: number): Promise<ReadonlyMap<string, Heard>> {
  const jobs = Object.entries(bodiesOf(lots)).map(
    ([name, body]) =>
      `job('${name}', { runsOn: 'default', ${extra} steps: [step('s', { ${name === 'late' ? 'timeout: 5000' : ''} }, async (ctx) => { ${body} })] })`,
  );
  const project = await makeProject({
    'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [${jobs.join(',\n')}] });
`,
  });
  const { stdout, stderr } = await project.run('run', '--json', '--jobs', '4', '--sandbox', sandbox);
  if (stderr !== '') throw new Error(stderr);
  const all = new Map<string, Heard>();
  for (const line of stdout.trimEnd().split('\n')) {
    const event: Event = JSON.parse(line);
    const job = all.get(event.job) ?? { stdout: '', stderr: '' };
    all.set(event.job, job);
    if (event.type === 'output') job[event.stream] += event.text;
    if (event.type === 'step_finished')
      Object.assign(job, { status: event.status, ...(event.error !== undefined && { error: event.error }) });
  }
  return all;
}

/** Compares without reporting a difference of megabytes. */
export function expectSame(actual: string, expected: string): void {
  if (actual === expected) return;
  throw new Error(
    `${actual.length} characters, where ${expected.length} were printed; the last are ${JSON.stringify(actual.slice(-80))}`,
  );
}
