import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeJobs } from '../test/agent/support/fake-jobs.ts';
import { installPublished } from './published.ts';
import type { BenchRow } from './row.ts';

const rounds = 15;
const baseline = 'node -e 0';

export const name = 'exec';

/** `kici exec … -- true` from start to end, as published, against an orchestrator's wire in this process. Rounds are interleaved; medians. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const values = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`KEY_${index}`, `value-${index}`]));
  const api = await startFakeJobs({ values });
  try {
    const kici = join(await installPublished(folder), 'kici.mjs');
    const exec = (...flags: string[]): string[] => [
      kici,
      'exec',
      '--environment',
      'production',
      ...flags,
      '--',
      'true',
    ];
    const programs = new Map([
      [baseline, ['-e', '0']],
      ['1 secret', exec('--only', 'KEY_0')],
      ['200 secrets', exec('--all')],
      ['200 secrets, masked', exec('--all', '--mask')],
      ['1 secret as a file', exec('--file', 'FILE=KEY_0')],
    ]);
    const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, KICI_URL: api.url };
    const times = new Map([...programs.keys()].map((what) => [what, new Array<number>()]));
    for (let round = 0; round < rounds; round += 1)
      for (const [what, args] of programs) times.get(what)?.push(await timeOf(args, environment));
    const median = (what: string): number => times.get(what)?.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    return [...programs.keys()].map((what) => ({
      what,
      value: median(what),
      unit: 'ms',
      ...(what !== baseline && { baseline, ratio: median(what) / median(baseline) }),
    }));
  } finally {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - start;
}
