import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpenBao } from '../backends/vault/test/support/open-bao.ts';
import { startFakeJobs } from '../test/agent/support/fake-jobs.ts';
import { startWireApi } from '../test/support/wire-api.ts';
import { programFile } from '../test/support/programs.ts';
import { findPeer } from './find-peer.ts';
import { installPublished } from './published.ts';
import type { BenchRow } from './row.ts';
import { linesOf, timedSteps, turnarounds } from './turnaround.ts';

const rounds = 9;
const shortSteps = 100;
const longRounds = 3;
/** Long enough for the process of the next step to be ready. */
const pacedMs = 100;
const pacedSteps = 20;
const baseline = 'node -e 0';
const workflow = (steps: string): string => `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('bench', { on: push(), jobs: [job('bench', { runsOn: 'default', environment: 'production', steps: [${steps}] })] });
`;
const oneGet = "step('first', async (ctx) => { await ctx.secrets.get('TOKEN'); })";
const projects = {
  one: workflow(oneGet),
  two: workflow(oneGet),
  typed: workflow(oneGet.replace('ctx', 'ctx: StepContext')).replace('step, push', 'step, push, type StepContext'),
  gets: workflow(
    "step('gets', async (ctx) => { const began = performance.now(); for (let index = 0; index < 100; index += 1) await ctx.secrets.get('TOKEN'); console.log('GET ' + (performance.now() - began) / 100 + ' '); })",
  ),
  line: workflow(
    "step('line', async () => { console.log('PRINTED ' + (performance.timeOrigin + performance.now()) + ' '); await new Promise((resolve) => setTimeout(resolve, 100)); })",
  ),
  output: workflow(
    `step('output', async (ctx) => { await ctx.secrets.get('TOKEN'); const { writeSync } = await import('node:fs'); const lines = Buffer.from('a line of a log, as a build prints it, with a number 12345678901234567890\\n'.repeat(900)); for (let left = 210e6; left > 0; left -= lines.length) for (let at = 0; at < lines.length;) at += writeSync(1, lines, at); })`,
  ),
  steps: timedSteps(shortSteps, 0),
  paced: timedSteps(pacedSteps, pacedMs),
};
/** What a person writes who has no such program: one request, whatever is answered. */
const bareScript = "import { get } from 'node:http'; get(process.env.KICI_URL, (answer) => answer.resume());";
const varlockSchema = "# @defaultSensitive=true\n# ---\nTOKEN=exec('printf value-of-the-token')\n";

export const name = 'run';

/** What a person waits for: the real programs, from start to end, against a fake orchestrator in this process. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const api = await startFakeJobs({ values: { TOKEN: 'value-of-the-token' } });
  const names = await startWireApi({ 'secrets.list': () => ({ secrets: [], unavailable: [], unnameable: [] }) });
  const bao = process.env['KICI_TEST_BAO'] === undefined ? undefined : await startOpenBao();
  if (bao === undefined) console.log('no row for bao: KICI_TEST_BAO names no program');
  try {
    for (const [project, text] of Object.entries(projects)) {
      await mkdir(join(folder, project, '.kici/workflows'), { recursive: true });
      await writeFile(join(folder, project, '.kici/workflows/bench.ts'), text);
    }
    // The process that reads two files runs no step.
    await writeFile(join(folder, 'two/.kici/workflows/other.ts'), projects.one.replace("'bench'", "'other'"));
    await writeFile(join(folder, 'bare.mjs'), bareScript);
    await writeFile(join(folder, 'one/.env.schema'), varlockSchema);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      KICI_URL: api.url,
      VARLOCK_TELEMETRY_DISABLED: 'true',
      ...(bao !== undefined && { BAO_ADDR: bao.address, BAO_TOKEN: bao.rootToken }),
    };
    if (bao !== undefined) await writeSecret(bao);
    const bin = await installPublished(folder);
    const kici = [join(bin, 'kici.mjs'), 'run', '--json'];
    const cold = [await installCold(bin, join(folder, 'cold')), 'run', '--json'];
    const list = [join(bin, 'kici-admin.mjs'), 'secret', 'list', '--scope', 'a', '--url', names.url];
    const at = (project: keyof typeof projects): string => join(folder, project);
    return [
      ...(await starts(kici, cold, list, at, environment)),
      ...(await within(kici, at, environment)),
      ...(await output(kici.slice(0, -1), at, environment)),
    ];
  } finally {
    await api.close();
    await names.close();
    await bao?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Place = (project: keyof typeof projects) => string;
type Program = readonly [what: string, project: keyof typeof projects, command: readonly string[], goal?: number];

async function starts(
  kici: readonly string[],
  cold: readonly string[],
  list: readonly string[],
  at: Place,
  env: NodeJS.ProcessEnv,
): Promise<readonly BenchRow[]> {
  const node = process.execPath;
  const bao = process.env['KICI_TEST_BAO'];
  const varlock = await findPeer('varlock');
  const programs: readonly Program[] = [
    [baseline, 'one', [node, '-e', '0']],
    ['kici run, one step with one secret', 'one', [node, ...kici], 3],
    ['the same, with types in the workflow', 'typed', [node, ...kici], 3.5],
    ['the same in a project of two workflow files', 'two', [node, ...kici, 'bench']],
    ['the same without bytecode, as with another Node.js', 'one', [node, ...cold]],
    ['the same from source', 'one', [node, programFile('kici'), 'run', '--json']],
    ['kici-admin secret list', 'one', [node, ...list], 2.5],
    ['a bare script with one request', 'one', [node, '../bare.mjs']],
    ...(bao === undefined
      ? []
      : [['bao kv get', 'one', [bao, 'kv', 'get', '-mount=secret', '-field=TOKEN', 'app']] as const]),
    ...(varlock === undefined
      ? []
      : [['varlock run, one value that a command prints', 'one', [varlock, 'run', '--', 'true']] as const]),
  ];
  const times = new Map(programs.map(([what]) => [what, new Array<number>()]));
  for (let round = 0; round < rounds; round += 1)
    for (const [what, project, [file = '', ...args]] of programs)
      times.get(what)?.push(await time(file, args, at(project), env));
  const nothing = median(times.get(baseline) ?? []);
  return programs.map(([what, , , goal]) => {
    const value = median(times.get(what) ?? []);
    return {
      what,
      value,
      unit: 'ms',
      ...(what !== baseline && { baseline, ratio: value / nothing }),
      ...(goal !== undefined && { goal: { atMost: goal } }),
    };
  });
}

async function within(kici: readonly string[], at: Place, env: NodeJS.ProcessEnv): Promise<readonly BenchRow[]> {
  const [runs, bare] = [new Array<number>(), new Array<number>()];
  for (let round = 0; round < longRounds; round += 1) {
    runs.push((await turnarounds(kici, at('steps'), env)).ms);
    bare.push(await bareProcesses(shortSteps, at('steps'), env));
  }
  const { startToAuthor, authorToStart } = await turnarounds(kici, at('paced'), env);
  const gets: number[] = [];
  const late: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [lines, printed] = [await linesOf(kici, at('gets'), env), await linesOf(kici, at('line'), env)];
    gets.push(Number(/GET ([\d.]+)/.exec(lines.map(({ line }) => line).join(''))?.[1]));
    for (const arrival of printed) {
      const [, printedAt] = /PRINTED ([\d.]+)/.exec(arrival.line) ?? [];
      if (printedAt !== undefined) late.push(arrival.at - Number(printedAt));
    }
  }
  const row = (what: string, values: readonly number[], atMost: number): BenchRow => ({
    what,
    value: median(values),
    unit: 'ms',
    goal: { atMost },
  });
  return [
    row('from the start of a step to its function, with a spare', startToAuthor, 5),
    row('from the end of its function to the next start', authorToStart, 5),
    { what: `${shortSteps} times ${baseline}, as many at once as cores`, value: median(bare), unit: 'ms' },
    row(`${shortSteps} short steps, the whole run`, runs, 1_500),
    row('get inside a step, one after another', gets, 2),
    row('from the print of a line to its arrival', late, 10),
  ];
}

/** A copy of what is published whose bytecode is of no Node.js. @returns its program */
async function installCold(bin: string, folder: string): Promise<string> {
  const [published, installed] = [join(bin, '../..'), join(folder, 'node_modules/@kici-dev')];
  await cp(published, installed, { recursive: true });
  const bundle = join(installed, 'kici/bundle');
  const stamps = (await readdir(bundle)).filter((file) => file.endsWith('.stamp'));
  if (stamps.length === 0) throw new Error('nothing says what the bytecode is of');
  for (const stamp of stamps) await writeFile(join(bundle, stamp), 'of another');
  return join(installed, 'kici/bin/kici.mjs');
}

/** The least that so many processes take here: steps come one after another, their processes side by side. */
async function bareProcesses(count: number, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  let left = count;
  const oneAfterAnother = async (): Promise<void> => {
    while (left-- > 0) await time(process.execPath, ['-e', '0'], cwd, env);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, oneAfterAnother));
  return performance.now() - began;
}

/** The same bytes through a pipe between two programs that do nothing else. */
async function output(kici: readonly string[], at: Place, env: NodeJS.ProcessEnv): Promise<readonly BenchRow[]> {
  const shell = async (text: string, project: keyof typeof projects): Promise<number> =>
    time('sh', ['-c', text], at(project), env);
  const command = [process.execPath, ...kici].map((word) => `'${word}'`).join(' ');
  const cat: number[] = [];
  const ours: number[] = [];
  const silent: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    cat.push(await shell('head -c 210000000 /dev/zero | cat | cat > /dev/null', 'output'));
    ours.push(await shell(`${command} | cat > /dev/null`, 'output'));
    silent.push(await shell(`${command} | cat > /dev/null`, 'one'));
  }
  const megabytes = 210_000;
  const pipe = megabytes / median(cat);
  const row = (what: string, value: number): BenchRow => ({
    what,
    value,
    unit: 'MB/s',
    baseline: 'cat | cat',
    ratio: value / pipe,
    goal: { atLeast: 0.5 },
  });
  return [
    { what: '210 MB through cat | cat', value: pipe, unit: 'MB/s' },
    row('210 MB of output through kici run', megabytes / median(ours)),
    row('the same, without the time of a run that prints nothing', megabytes / (median(ours) - median(silent))),
  ];
}

async function writeSecret({
  address,
  rootToken,
}: {
  readonly address: string;
  readonly rootToken: string;
}): Promise<void> {
  const answer = await fetch(`${address}/v1/secret/data/app`, {
    method: 'POST',
    headers: { 'x-vault-token': rootToken },
    body: JSON.stringify({ data: { TOKEN: 'value-of-the-token' } }),
  });
  if (!answer.ok) throw new Error(`bao answered ${answer.status} to a write`);
}

async function time(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
