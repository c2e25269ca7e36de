import { operations } from '../src/api/registry.ts';
import { postgresLane } from '../test/support/postgres.ts';
import type { BenchRow } from './row.ts';
import { fillAudit } from './servers/fill-audit.ts';
import { load } from './servers/load.ts';
import { startOrchestrator, type BenchServer, type Engine } from './servers/orchestrator.ts';
import { cpuSeconds, memoryOf } from './servers/process.ts';

export const name = 'audit';

/** `KICI_BENCH_ROWS=100000` for fewer. */
const size = Number(process.env['KICI_BENCH_ROWS'] ?? 1_000_000);
const besideMs = 2_000;
const engines: readonly Engine[] = ['SQLite', ...(postgresLane.missing === undefined ? (['PostgreSQL'] as const) : [])];

/** What it takes to verify a long audit log, and what others notice of it meanwhile. */
export async function run(): Promise<readonly BenchRow[]> {
  const rows = new Array<BenchRow>();
  for (const engine of engines) {
    const server = await startOrchestrator((dataDir) => fillAudit(dataDir, size), engine);
    try {
      for (const row of await measure(server))
        rows.push({ ...row, what: `${engine}, ${size.toLocaleString('en')} rows: ${row.what}` });
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure({ client, child, url, live }: BenchServer): Promise<readonly BenchRow[]> {
  const alone = await load(child, url, 1, besideMs, () => live);
  const [cpu, started] = [cpuSeconds(child), performance.now()];
  let told = 0;
  const { intact, rows } = await client.call(operations['audit.verify'], {}, undefined, () => {
    told += 1;
  });
  if (!intact || rows < size) throw new Error(`${rows} rows, ${intact ? 'intact' : 'not intact'}`);
  const seconds = (performance.now() - started) / 1_000;
  const cpuOfWalk = cpuSeconds(child) - cpu;
  const again = client.call(operations['audit.verify'], {}, undefined, () => undefined);
  const meanwhile = await load(child, url, 1, besideMs, () => live);
  await again;
  return [
    { what: 'verified in', value: seconds, unit: 's' },
    { what: 'CPU of the server', value: (cpuOfWalk * 1_000_000) / size, unit: 'µs per row' },
    { what: 'progress was told', value: told, unit: 'times' },
    { what: 'another answer meanwhile, p50', value: meanwhile.p50, unit: 'ms', ...beside(alone.p50, meanwhile.p50) },
    { what: 'another answer meanwhile, p99', value: meanwhile.p99, unit: 'ms', ...beside(alone.p99, meanwhile.p99) },
    { what: 'memory at most', value: memoryOf(child).most, unit: 'MiB' },
  ];
}

function beside(before: number, now: number): Pick<BenchRow, 'baseline' | 'ratio'> {
  return { baseline: 'without', ratio: now / before };
}
