import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../.ci/build/packages.ts';
import { programFile } from '../test/support/programs.ts';
import { startWireApi } from '../test/support/wire-api.ts';
import type { BenchRow } from './row.ts';

const rounds = 5;
const environments = 40;
const keys = 5_000;

export const name = 'types';

/** A catalogue of 5,000 keys over 40 environments: writing the declarations, and what they cost a compiler. Medians. */
export async function run(): Promise<readonly BenchRow[]> {
  // Inside the checkout, where the SDK resolves.
  const folder = await mkdtemp(join(root, 'bench/.types-'));
  const secrets = Array.from({ length: keys }, (_, index) => ({
    key: `SERVICE_${index % 97}_KEY_${index}`,
    backend: 'internal',
    scope: `apps/service-${index % 97}`,
    status: 'available' as const,
  }));
  // Each environment has an eighth of them, and each key is in several.
  const api = await startWireApi({
    'resolution.catalogue': ({ environment }) => ({
      secrets: secrets.filter((_, index) => (index + Number(environment.slice(1))) % 8 === 0),
      unavailable: [],
    }),
  });
  try {
    await mkdir(join(folder, '.kici/workflows'), { recursive: true });
    await writeFile(join(folder, '.kici/workflows/main.ts'), workflow());
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        include: ['.kici/workflows', '.kici/secrets.d.ts'],
        exclude: [],
      }),
    );
    const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, KICI_URL: api.url };
    const kici = [programFile('kici'), 'types'];
    const compile = (compiler: string): readonly string[] => [
      join(root, 'node_modules', compiler, 'bin/tsc'),
      '-p',
      folder,
    ];
    const compilers = { 'tsc 5.9': compile('typescript-5.9'), 'tsc 7': compile('typescript') };
    const timed = async (args: readonly string[]): Promise<number> => median(args, folder, environment);
    const file = join(folder, '.kici/secrets.d.ts');
    const without = new Map<string, number>();
    for (const [what, args] of Object.entries(compilers)) without.set(what, await timed(args));
    const rows: BenchRow[] = [
      { what: `kici types, ${keys} keys of ${environments} environments`, value: await timed(kici), unit: 'ms' },
      { what: '  the file', value: (await stat(file)).size / 1_024, unit: 'KiB' },
    ];
    for (const [what, args] of Object.entries(compilers)) {
      const value = await timed(args);
      const before = without.get(what) ?? Number.NaN;
      rows.push({ what, value, unit: 'ms', baseline: 'without the file', ratio: value / before });
      rows.push({ what: '  what the file adds', value: value - before, unit: 'ms' });
    }
    return rows;
  } finally {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function workflow(): string {
  const jobs = Array.from(
    { length: environments },
    (_, index) =>
      `job('j${index}', { runsOn: 'default', environment: 'e${index}', steps: [step('s', async (ctx) => { await ctx.secrets.get('SERVICE_0_KEY_0'); await ctx.secrets.mountFile({ sources: ['any'] }); })] })`,
  );
  return `import { workflow, job, step, push } from '@kici-dev/sdk';\nexport default workflow('w', { on: push(), jobs: [\n${jobs.join(',\n')}\n] });\n`;
}

async function median(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await promisify(execFile)(process.execPath, [...args], { cwd, env });
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
}
