import * as z from 'zod';
import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';
import { fill, keyOf, scopeOf } from './servers/fill.ts';
import { openWire } from './servers/load.ts';
import { readOf, startOrchestrator, type BenchServer } from './servers/orchestrator.ts';
import { memoryOf } from './servers/process.ts';

export const name = 'jobs';

const jobs = 200;
const keys = 5_000;
const asked = 1_000;

/** Jobs that start at once, each of which reads 1,000 of an environment's 5,000 keys, beside their reads alone. */
export async function run(): Promise<readonly BenchRow[]> {
  const server = await startOrchestrator((dataDir) => fill(dataDir, keys, keys));
  try {
    await server.client.call(operations['environments.create'], { name: 'e', bind: [scopeOf(0)] });
    const before = memoryOf(server.child).now;
    const whole = await allAtOnce(() => runJob(server));
    const { most } = memoryOf(server.child);
    const open = await server.openJob('e');
    const alone = await allAtOnce(() => readAll(server, open));
    return [
      { what: `${jobs} reads of ${asked} keys at once`, value: alone.all, unit: 'ms' },
      {
        what: `${jobs} jobs at once that open and read them`,
        value: whole.all,
        unit: 'ms',
        baseline: 'their reads alone',
        ratio: whole.all / alone.all,
        goal: { atMost: 1.5 },
      },
      {
        what: 'the first of them done',
        value: whole.first,
        unit: 'ms',
        baseline: 'all of them',
        ratio: whole.first / whole.all,
        goal: { atMost: 0.25 },
      },
      {
        what: 'memory at most',
        value: most,
        unit: 'MiB',
        baseline: 'before',
        ratio: most / before,
        goal: { atMost: 2 },
      },
    ];
  } finally {
    await server.stop();
  }
}

async function allAtOnce(work: () => Promise<void>): Promise<{ first: number; all: number }> {
  const started = performance.now();
  let first: number | undefined;
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      await work();
      first ??= performance.now() - started;
    }),
  );
  return { first: first ?? Number.NaN, all: performance.now() - started };
}

const names = Array.from({ length: asked }, (_, index) => keyOf(index));
const session = z.object({ jobId: z.string(), jobToken: z.string() });

async function runJob({ url, openTarget }: BenchServer): Promise<void> {
  const wire = await openWire(url);
  const job = session.parse(JSON.parse(await wire.ask(openTarget('e'))));
  requireValues(await wire.ask(readOf(job, names)));
  wire.close();
}

async function readAll({ url }: BenchServer, job: z.output<typeof session>): Promise<void> {
  const wire = await openWire(url);
  requireValues(await wire.ask(readOf(job, names)));
  wire.close();
}

function requireValues(body: string): void {
  if (!body.includes('sealed')) throw new Error(body.slice(0, 200));
}
