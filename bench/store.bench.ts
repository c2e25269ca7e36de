import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';
import { startBare } from './servers/bare.ts';
import { fill, keyOf, scopeOf } from './servers/fill.ts';
import { load, type Load, type Target } from './servers/load.ts';
import { startBaoOnDisk } from './servers/open-bao.ts';
import { readOf, startOrchestrator, type BenchServer } from './servers/orchestrator.ts';
import { endProcess } from './servers/process.ts';

export const name = 'store';

const connections = 32;
const rounds = 3;
const roundMs = 3_000;

/** More than the server remembers the rows of, and the good seals of. */
const manyKeys = 12_000;
const manyJobs = 200;
/** Of each kind, before anything counts. */
const warmRequests = 20_000;

type What =
  | 'bare'
  | 'first reads'
  | 'read'
  | 'read of many keys'
  | 'read by many jobs'
  | 'alone'
  | 'write'
  | 'bao read'
  | 'bao write';

type Measure = (
  what: What,
  server: Pick<BenchServer, 'child' | 'url'>,
  target: (index: number) => Target,
  ms?: number,
  at?: number,
) => Promise<void>;

/**
 * Sealed, durably audited reads and writes beside OpenBao with a file audit and a bare node:http server, each on one
 * core, in turns; medians.
 */
export async function run(): Promise<readonly BenchRow[]> {
  const server = await startOrchestrator((dataDir) => fill(dataDir, manyKeys, manyKeys));
  const bare = await startBare();
  const bao = await startBaoOnDisk();
  const loads = new Map<What, Load[]>();
  const measure: Measure = async (what, { child, url }, target, ms = roundMs, at = connections) => {
    loads.set(what, [...(loads.get(what) ?? []), await load(child, url, at, ms, target)]);
  };
  try {
    const { one, ofMany, byMany } = await readsOf(server);
    await measure('first reads', server, () => one);
    await warmUp(server, one);
    for (let round = 0; round < rounds; round += 1) {
      await measure('bare', bare, () => one, roundMs / 2);
      await measure('read', server, () => one);
      await measure('read of many keys', server, (index) => inTurn(ofMany, index), roundMs / 2);
      await measure('read by many jobs', server, (index) => inTurn(byMany, index), roundMs / 2);
      if (bao !== undefined) await measure('bao read', bao, () => baoRead(bao.token));
      await measure('write', server, (index) => server.write(`K${index % 100}`));
      if (bao !== undefined) await measure('bao write', bao, (index) => baoWrite(bao.token, index));
      await measure('alone', server, () => one, roundMs / 2, 1);
    }
    return rowsOf((what, field) => median((loads.get(what) ?? []).map((taken) => taken[field])));
  } finally {
    await Promise.all([server.stop(), endProcess(bare.child), bao?.stop()]);
  }
}

/** One key of one job again and again, many keys of one job, and one key of many jobs. */
async function readsOf(server: BenchServer) {
  const value = Buffer.alloc(40, 7).toString('base64');
  await server.client.call(operations['secrets.set'], { scope: 's', key: 'K', value });
  await server.client.call(operations['environments.create'], { name: 'one', bind: ['s'] });
  await server.client.call(operations['environments.create'], { name: 'many', bind: [scopeOf(0)] });
  const withMany = await server.openJob('many');
  const byMany = new Array<Target>();
  for (let index = 0; index < manyJobs; index += 1) byMany.push(readOf(await server.openJob('one'), ['K']));
  return {
    one: readOf(await server.openJob('one'), ['K']),
    ofMany: Array.from({ length: manyKeys }, (_, index) => readOf(withMany, [keyOf(index)])),
    byMany,
  };
}

/** V8 compiles the code of a request for good only after some ten thousand: many seconds on a slow machine. */
async function warmUp({ child, url, write }: BenchServer, read: Target): Promise<void> {
  for (const target of [() => read, (index: number) => write(`K${index % 100}`)])
    for (let left = warmRequests; left > 0;) {
      const { perSecond } = await load(child, url, connections, roundMs / 2, target);
      left -= (perSecond * roundMs) / 2_000;
    }
}

function inTurn(targets: readonly Target[], index: number): Target {
  const target = targets[index % targets.length];
  if (target === undefined) throw new RangeError('there is at least one');
  return target;
}

function baoRead(token: string): Target {
  return { path: '/v1/secret/data/s', method: 'GET', headers: { 'x-vault-token': token }, body: '' };
}

function baoWrite(token: string, index: number): Target {
  const body = '{"data":{"K":"dmFsdWUtb2YtdGhlLWtleQ=="}}';
  return { path: `/v1/secret/data/K${index % 100}`, method: 'POST', headers: { 'x-vault-token': token }, body };
}

function rowsOf(of: (what: What, field: keyof Load) => number): readonly BenchRow[] {
  const beside = (what: What, peer: What, label: string): Partial<BenchRow> =>
    Number.isNaN(of(peer, 'perSecond'))
      ? {}
      : { baseline: label, ratio: of(what, 'perSecond') / of(peer, 'perSecond'), goal: { atLeast: 3 } };
  const details = (what: What, label: string, cpuGoal?: number): readonly BenchRow[] => [
    {
      what: `${label}, CPU of the server`,
      value: of(what, 'cpuMicroseconds'),
      unit: 'µs/request',
      ...(cpuGoal !== undefined && { goal: { atMost: cpuGoal } }),
    },
    { what: `${label}, p50 at ${connections} connections`, value: of(what, 'p50'), unit: 'ms' },
    { what: `${label}, p99 at ${connections} connections`, value: of(what, 'p99'), unit: 'ms' },
  ];
  const bao = Number.isNaN(of('bao read', 'perSecond'))
    ? []
    : [
        { what: 'OpenBao read', value: of('bao read', 'perSecond'), unit: 'requests/s' },
        ...details('bao read', 'OpenBao read'),
        { what: 'OpenBao write', value: of('bao write', 'perSecond'), unit: 'requests/s' },
        ...details('bao write', 'OpenBao write'),
      ];
  return [
    { what: 'bare node:http', value: of('bare', 'perSecond'), unit: 'requests/s' },
    // What it needs of the processor shows how fast the machine is now.
    ...details('bare', 'bare node:http'),
    ...bao,
    {
      what: 'sealed, durably audited read',
      value: of('read', 'perSecond'),
      unit: 'requests/s',
      ...beside('read', 'bao read', "OpenBao's"),
    },
    ...details('read', 'read', 120),
    ...details('first reads', 'read, in the first seconds after a start').slice(0, 1),
    ...details('read of many keys', `read of ${manyKeys} keys in turn`).slice(0, 1),
    ...details('read by many jobs', `read by ${manyJobs} jobs in turn`).slice(0, 1),
    { what: 'read, alone, p50', value: of('alone', 'p50'), unit: 'ms', goal: { atMost: 1 } },
    {
      what: 'sealed, audited write',
      value: of('write', 'perSecond'),
      unit: 'requests/s',
      ...beside('write', 'bao write', "OpenBao's"),
    },
    ...details('write', 'write', 300),
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[numbers.length >> 1] ?? Number.NaN;
}
