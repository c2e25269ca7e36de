import { setTimeout as wait } from 'node:timers/promises';
import { operations } from '../src/api/registry.ts';
import { postgresLane } from '../test/support/postgres.ts';
import type { BenchRow } from './row.ts';
import { fill } from './servers/fill.ts';
import { load, openWire, type Load, type Target } from './servers/load.ts';
import { startOrchestrator, type BenchServer, type Engine } from './servers/orchestrator.ts';
import { memoryOf } from './servers/process.ts';

export const name = 'flood';

const engines: readonly Engine[] = ['SQLite', ...(postgresLane.missing === undefined ? (['PostgreSQL'] as const) : [])];
/** More than are served and wait. */
const connections = 1_800;
const besideMs = 8_000;
const retryAfterMs = 1_000;

/** What one organization notices of another that writes on more connections than its line takes. */
export async function run(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const engine of engines) rows.push(...(await onEngine(engine)));
  return rows;
}

async function onEngine(engine: Engine): Promise<readonly BenchRow[]> {
  const server = await startOrchestrator((dataDir) => fill(dataDir, 1, 1), engine);
  try {
    await server.client.call(operations['organizations.create'], { name: 'another' });
    await server.clientOf('another').call(operations['environments.create'], { name: 'e', bind: ['s'] });
    const alone = await ask(server);
    const flood = await startFlood(server);
    // An answer that fails ends the bench.
    const beside = await ask(server);
    const written = flood.stop();
    const row = (what: string, value: number, unit = 'ms'): BenchRow => ({ what: `${what}, ${engine}`, value, unit });
    return [
      row('reads and writes of another organization, alone, p50', alone.p50),
      { ...row('beside the flood, p50', beside.p50), baseline: 'alone', ratio: beside.p50 / alone.p50 },
      row('beside the flood, p99', beside.p99),
      row('writes of the flood meanwhile', written, 'per second'),
      row('memory at most', memoryOf(server.child).most, 'MiB'),
    ];
  } finally {
    await server.stop();
  }
}

function ask({ child, url, write }: BenchServer): Promise<Load> {
  const put = of('another', write('KEY'));
  const get: Target = { ...put, method: 'GET', path: put.path.replace('secrets', 'environments'), body: '' };
  return load(child, url, 1, besideMs, (index) => (index % 2 === 0 ? get : put));
}

function of(organization: string, target: Target): Target {
  return { ...target, path: target.path.replace('/orgs/default/', `/orgs/${organization}/`) };
}

async function startFlood({ url, write }: BenchServer) {
  const wires = await Promise.all(Array.from({ length: connections }, () => openWire(url)));
  const end = new AbortController();
  let written = 0;
  const started = performance.now();
  for (const [index, wire] of wires.entries())
    void (async () => {
      while (!end.signal.aborted)
        try {
          await wire.ask(write(`KEY_${index}`));
          written += 1;
        } catch {
          await wait(retryAfterMs);
        }
    })();
  return {
    stop(): number {
      end.abort();
      for (const wire of wires) wire.close();
      return (written * 1_000) / (performance.now() - started);
    },
  };
}
