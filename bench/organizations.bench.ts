import { createSessionKeyPair } from '../src/api/job-seal.ts';
import { operations } from '../src/api/registry.ts';
import type { BenchRow } from './row.ts';
import { fill, scopeOf } from './servers/fill.ts';
import { load, openWire, type Load } from './servers/load.ts';
import { readOf, startOrchestrator, type BenchServer } from './servers/orchestrator.ts';
import { memoryOf } from './servers/process.ts';

export const name = 'organizations';

const environments = 40;
const keys = 5_000;
const connections = 64;
const besideMs = 8_000;

/** What one organization notices of another that opens jobs of 5,000 keys without end, in environments of their own. */
export async function run(): Promise<readonly BenchRow[]> {
  const server = await startOrchestrator((dataDir) => fill(dataDir, keys, keys));
  try {
    for (let index = 0; index < environments; index += 1)
      await server.client.call(operations['environments.create'], { name: `e${index}`, bind: [scopeOf(0)] });
    const read = await readOfAnother(server);
    const alone = await read();
    const flood = await startFlood(server);
    const beside = await read();
    const opened = await flood.stop();
    const row = (what: string, now: number, before: number, atMost?: number): BenchRow => ({
      what: `a read of another organization, ${what}`,
      value: now,
      unit: 'ms',
      ...(atMost === undefined ? { baseline: 'alone', ratio: now / before } : { goal: { atMost } }),
    });
    return [
      row('p50', beside.p50, alone.p50),
      row('p99', beside.p99, alone.p99, 50),
      { what: 'p99 alone', value: alone.p99, unit: 'ms' },
      { what: 'jobs opened meanwhile', value: opened, unit: 'per second' },
      { what: 'memory at most', value: memoryOf(server.child).most, unit: 'MiB' },
    ];
  } finally {
    await server.stop();
  }
}

async function readOfAnother({ child, url, client, clientOf }: BenchServer): Promise<() => Promise<Load>> {
  await client.call(operations['organizations.create'], { name: 'another' });
  const another = clientOf('another');
  await another.call(operations['secrets.set'], { scope: 's', key: 'K', value: 'dmFsdWU=' });
  await another.call(operations['environments.create'], { name: 'e', bind: ['s'] });
  const agentPublicKey = Buffer.from(createSessionKeyPair().publicKey).toString('base64');
  const job = await another.call(operations['jobs.open'], {
    environment: 'e',
    workflow: 'w',
    job: 'j',
    agentPublicKey,
  });
  return () => load(child, url, 1, besideMs, () => readOf(job, ['K'], 'another'));
}

async function startFlood({ url, openTarget }: BenchServer) {
  const end = new AbortController();
  let [asked, opened] = [0, 0];
  const started = performance.now();
  const work = Promise.all(
    Array.from({ length: connections }, async () => {
      const wire = await openWire(url);
      while (!end.signal.aborted) {
        await wire.ask(openTarget(`e${(asked += 1) % environments}`));
        opened += 1;
      }
      wire.close();
    }),
  );
  return {
    async stop(): Promise<number> {
      const perSecond = (opened * 1_000) / (performance.now() - started);
      end.abort();
      await work;
      return perSecond;
    },
  };
}
