import { operations } from '../src/api/registry.ts';
import { load } from './servers/load.ts';
import { readOf, startOrchestrator } from './servers/orchestrator.ts';
process.env['KICI_BENCH_NODE_FLAGS'] = '--cpu-prof --cpu-prof-dir=/tmp/kprof --cpu-prof-interval=500';
const server = await startOrchestrator();
await server.client.call(operations['environments.create'], { name: 'e', bind: ['s'] });
await server.client.call(operations['secrets.set'], {
  scope: 's',
  key: 'K',
  value: Buffer.alloc(40, 7).toString('base64'),
});
const read = readOf(await server.openJob('e'), ['K']);
const what = process.argv[2] ?? 'read';
const r = await load(
  server.child,
  server.url,
  32,
  6000,
  what === 'read' ? () => read : (i) => server.write(`K${i % 100}`),
);
console.log(r);
await server.stop();
