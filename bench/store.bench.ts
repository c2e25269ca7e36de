import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';
import { startBare } from './servers/bare.ts';
import { load, type Load, type Target } from './servers/load.ts';
import { startBaoOnDisk } from './servers/open-bao.ts';
import { readOf, startOrchestrator } from './servers/orchestrator.ts';
import { endProcess } from './servers/process.ts';

export const name = 'store';

const connections = 32;
const rounds = 3;
const roundMs = 3_000;

type What = 'bare' | 'read' | 'alone' | 'write' | 'bao read' | 'bao write';

/**
 * Sealed, durably audited reads and writes beside OpenBao with a file audit and a bare node:http server, each on one
 * core, in turns; medians.
 */
export async function run(): Promise<readonly BenchRow[]> {
  const server = await startOrchestrator();
  const bare = await startBare();
  const bao = await startBaoOnDisk();
  try {
    await server.client.call(operations['environments.create'], { name: 'e', bind: ['s'] });
    await server.client.call(operations['secrets.set'], {
      scope: 's',
      key: 'K',
      value: Buffer.alloc(40, 7).toString('base64'),
    });
    const read = readOf(await server.openJob('e'), ['K']);
    const loads = new Map<What, Load[]>();
    const measure = async (what: What, go: Promise<Load>): Promise<void> => {
      loads.set(what, [...(loads.get(what) ?? []), await go]);
    };
    for (let round = 0; round < rounds; round += 1) {
      await measure(
        'bare',
        load(bare.child, bare.url, connections, roundMs / 2, () => read),
      );
      await measure(
        'read',
        load(server.child, server.url, connections, roundMs, () => read),
      );
      if (bao !== undefined)
        await measure(
          'bao read',
          load(bao.child, bao.url, connections, roundMs, () => baoRead(bao.token)),
        );
      await measure(
        'write',
        load(server.child, server.url, connections, roundMs, (index) => server.write(`K${index % 100}`)),
      );
      if (bao !== undefined)
        await measure(
          'bao write',
          load(bao.child, bao.url, connections, roundMs, (index) => baoWrite(bao.token, index)),
        );
      await measure(
        'alone',
        load(server.child, server.url, 1, roundMs / 2, () => read),
      );
    }
    return rowsOf((what, field) => median((loads.get(what) ?? []).map((one) => one[field])));
  } finally {
    await Promise.all([server.stop(), endProcess(bare.child), bao?.stop()]);
  }
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
    ...bao,
    {
      what: 'sealed, durably audited read',
      value: of('read', 'perSecond'),
      unit: 'requests/s',
      ...beside('read', 'bao read', "OpenBao's"),
    },
    ...details('read', 'read', 120),
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
