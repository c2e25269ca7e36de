import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';
import { fill, keyOf, keysPerScope, scopeOf } from './servers/fill.ts';
import { load, openWire, type Load, type Target } from './servers/load.ts';
import { installServer } from './published.ts';
import { postgresLane } from '../test/support/postgres.ts';
import { readOf, startOrchestrator, type BenchServer, type Engine } from './servers/orchestrator.ts';
import { memoryOf } from './servers/process.ts';

export const name = 'growth';

/** `KICI_BENCH_SECRETS=1000,100000` for fewer. */
const sizes = (process.env['KICI_BENCH_SECRETS'] ?? '1000,100000,1000000').split(',').map(Number);
const rounds = 7;
const readMs = 2_000;
const manyReads = 10_000;

const app = scopeOf(7);
const environments = {
  exact: [app],
  'with a base': [`${app.slice(0, app.lastIndexOf('/'))}/*`],
  'without a base': [`*/app-7/production`],
};

/** PostgreSQL where `KICI_TEST_POSTGRES_URL` names one. */
const engines: readonly Engine[] = ['SQLite', ...(postgresLane.missing === undefined ? (['PostgreSQL'] as const) : [])];

/** What the same work costs as the store fills up: an environment of 20 keys, of 1,000 to 1,000,000 secrets. */
export async function run(): Promise<readonly BenchRow[]> {
  const rows = new Array<BenchRow>();
  const { program, remove } = await installServer();
  try {
    for (const engine of engines) rows.push(...(await runOn(engine, program)));
  } finally {
    await remove();
  }
  return rows;
}

async function runOn(engine: Engine, program: string): Promise<readonly BenchRow[]> {
  const rows = new Array<BenchRow>();
  const first = new Map<string, number>();
  for (const size of sizes) {
    const server = await startOrchestrator((dataDir) => fill(dataDir, size), engine, program);
    try {
      for (const { what, value, unit, goal } of await measure(server)) {
        const before = first.get(what);
        if (before === undefined) first.set(what, value);
        const isRatio = before !== undefined && unit === 'ms';
        rows.push({
          what: `${engine}, ${size.toLocaleString('en')} secrets: ${what}`,
          value,
          unit,
          ...(isRatio && { baseline: `${sizes[0]?.toLocaleString('en')} secrets`, ratio: value / before }),
          ...(isRatio && { goal: { atMost: 1.5 } }),
          ...(goal !== undefined && { goal }),
        });
      }
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure(server: BenchServer): Promise<readonly BenchRow[]> {
  const { client } = server;
  const rows = new Array<BenchRow>();
  const ms = (what: string, value: number): void => {
    rows.push({ what, value, unit: 'ms' });
  };
  const memory = (what: string, value: number = memoryOf(server.child).now): void => {
    rows.push({ what: `memory ${what}`, value, unit: 'MiB', goal: { atMost: 150 } });
  };
  memory('at rest');
  for (const [what, bind] of Object.entries(environments)) {
    const environment = what.replaceAll(' ', '-');
    await client.call(operations['environments.create'], { name: environment, bind });
    ms(`open a job, ${what}`, await medianOf(() => requireKeys(server.openJob(environment))));
  }
  memory('after globs');
  const job = await server.openJob('exact');
  const target = (index: number): Target => readOf(job, [keyOf(index % keysPerScope)]);
  const reads: Load = await load(server.child, server.url, 1, readMs, target);
  ms('point read', reads.p50);
  ms('bind and unbind a scope', await medianOf(() => changeBinding(server)));
  ms('page of the grid', await medianOf(() => client.call(operations['resolution.grid'], { limit: 100 })));
  await readMany(server, target);
  memory(`after ${manyReads.toLocaleString('en')} reads`);
  memory('at most', memoryOf(server.child).most);
  return rows;
}

/** Over 32 connections. */
async function readMany({ url }: BenchServer, target: (index: number) => Target): Promise<void> {
  let asked = 0;
  const work = async (): Promise<void> => {
    const wire = await openWire(url);
    while (asked < manyReads) await wire.ask(target((asked += 1)));
    wire.close();
  };
  await Promise.all(Array.from({ length: 32 }, work));
}

async function changeBinding({ client }: BenchServer): Promise<void> {
  const environment = 'exact';
  const { id } = await client.call(operations['bindings.add'], { environment, scope: scopeOf(8) });
  await client.call(operations['bindings.remove'], { environment, id });
}

async function requireKeys(opening: ReturnType<BenchServer['openJob']>): Promise<void> {
  const { catalogue } = await opening;
  if (catalogue.length !== keysPerScope) throw new Error(`${catalogue.length} keys`);
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times = new Array<number>();
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.toSorted((left, right) => left - right)[rounds >> 1] ?? Number.NaN;
}
