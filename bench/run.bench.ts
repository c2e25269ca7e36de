import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeJobs } from '../test/agent/support/fake-jobs.ts';
import { programFile } from '../test/support/programs.ts';
import { installPublished } from './published.ts';
import type { BenchRow } from './row.ts';

const rounds = 15;
const twoSteps = `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('bench', { on: push(), jobs: [job('bench', { runsOn: 'default', environment: 'production', steps: [
  step('first', async (ctx) => { await ctx.secrets.get('TOKEN'); }),
  step('second', async (ctx) => { const began = performance.now(); for (let index = 0; index < 100; index += 1) await ctx.secrets.get('TOKEN'); console.log('GET ' + (performance.now() - began) / 100); }),
] })] });
`;
const oneStep = twoSteps.replace(/ {2}step\('second'.*\n/, '');

export const name = 'run';

/** What a person waits for: the real programs, from start to end, against a fake orchestrator in this process. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const api = await startFakeJobs({ values: { TOKEN: 'value-of-the-token' } });
  try {
    for (const [project, text] of [
      ['one', oneStep],
      ['two', twoSteps],
    ] as const) {
      await mkdir(join(folder, project, '.kici/workflows'), { recursive: true });
      await writeFile(join(folder, project, '.kici/workflows/bench.ts'), text);
    }
    const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, KICI_URL: api.url };
    const published = [join(await installPublished(folder), 'kici.mjs'), 'run', '--json'];
    const source = [programFile('kici'), 'run', '--json'];
    const node: number[] = [];
    const wall: number[] = [];
    const sourceWall: number[] = [];
    const cold: number[] = [];
    const warm: number[] = [];
    const get: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      node.push((await time(['-e', '0'], folder, environment)).ms);
      wall.push((await time(published, join(folder, 'one'), environment)).ms);
      sourceWall.push((await time(source, join(folder, 'one'), environment)).ms);
      const { output } = await time(published, join(folder, 'two'), environment);
      const [first, second] = [...output.matchAll(/"step_finished".*?"durationMs":([\d.]+)/g)].map((match) =>
        Number(match[1]),
      );
      const each = Number(/GET ([\d.]+)/.exec(output)?.[1]);
      cold.push(first ?? Number.NaN);
      warm.push((second ?? Number.NaN) - each * 100);
      get.push(each);
    }
    const baseline = median(node);
    const row = (what: string, values: readonly number[]): BenchRow => ({
      what,
      value: median(values),
      unit: 'ms',
      baseline: 'node -e 0',
      ratio: median(values) / baseline,
    });
    return [
      row('node -e 0', node),
      row('kici run, one step with one secret', wall),
      row('the same from source', sourceWall),
      row('first step, from its process to its end, one get', cold),
      row('later step with a spare process, from start to end', warm),
      row('get inside a step, one after another', get),
    ];
  } finally {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function time(
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ ms: number; output: string }> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { ms: performance.now() - began, output };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
