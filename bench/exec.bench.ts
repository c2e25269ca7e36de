import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOpenBao } from '../backends/vault/test/support/open-bao.ts';
import { startFakeJobs } from '../test/agent/support/fake-jobs.ts';
import { valsPrograms } from './exec/vals.ts';
import { findPeer } from './find-peer.ts';
import { installPublished } from './published.ts';
import type { BenchRow } from './row.ts';

const rounds = 15;
const baseline = 'node -e 0';

export const name = 'exec';

/**
 * `kici exec … -- true` from start to end, as published, against a fake orchestrator in this process, beside `bao`
 * and `vals` against their own server. Rounds are interleaved; medians.
 */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-bench-'));
  const values = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`KEY_${index}`, `value-${index}`]));
  const api = await startFakeJobs({ values });
  const bao = await startBao(values);
  const vals = await findPeer('vals');
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
    const node = (args: readonly string[]): readonly string[] => [process.execPath, ...args];
    const programs = new Map([
      [baseline, node(['-e', '0'])],
      ['1 secret', node(exec('--only', 'KEY_0'))],
      ['200 secrets', node(exec('--all'))],
      ['200 secrets, masked', node(exec('--all', '--mask'))],
      ['1 secret as a file', node(exec('--file', 'FILE=KEY_0'))],
      ...(bao === undefined ? [] : baoPrograms(bao)),
      ...(bao === undefined || vals === undefined ? [] : await valsPrograms(vals, folder, Object.keys(values))),
    ]);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      KICI_URL: api.url,
      ...(bao !== undefined && { BAO_ADDR: bao.address, BAO_TOKEN: bao.rootToken }),
      ...(bao !== undefined && { VAULT_ADDR: bao.address, VAULT_TOKEN: bao.rootToken }),
    };
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
    await bao?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * How others do it with their own client: `bao` reads the fields of one secret, and a shell passes one of them, or all,
 * to the program.
 */
function baoPrograms({ program }: { readonly program: string }): readonly (readonly [string, readonly string[]])[] {
  const shell = (script: string): readonly string[] => ['sh', '-c', script];
  return [
    ['bao kv get, 1 secret', shell(`KEY_0=$('${program}' kv get -mount=secret -field=KEY_0 app) exec true`)],
    ['bao kv get, 200 secrets in one', shell(`ALL=$('${program}' kv get -mount=secret -format=json app) exec true`)],
  ];
}

/** If the machine has it. */
async function startBao(values: Readonly<Record<string, string>>) {
  const program = process.env['KICI_TEST_BAO'];
  if (program === undefined) {
    console.log('no row for bao: KICI_TEST_BAO names no program');
    return undefined;
  }
  const bao = await startOpenBao();
  const answer = await fetch(`${bao.address}/v1/secret/data/app`, {
    method: 'POST',
    headers: { 'x-vault-token': bao.rootToken },
    body: JSON.stringify({ data: values }),
  });
  if (!answer.ok) throw new Error(`bao answered ${answer.status} to a write`);
  return { program, address: bao.address, rootToken: bao.rootToken, stop: () => bao.stop() };
}

async function timeOf(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return performance.now() - start;
}
