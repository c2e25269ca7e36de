import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { defineCapabilities, found, parseScopePath, SecretValue, type SecretBackend } from '@kici-dev/secret-backend';
import { createResolver } from '@kici-dev/secret-federation';
import type { BenchRow } from './row.ts';

export const name = 'federation';

const answerMs = 100;
const keysEach = 167;

/** Each of its calls takes as long as a distant service. */
function slowBackend(at: number): SecretBackend & { readonly calls: { count: number } } {
  const scope = parseScopePath('apps/shop');
  if (!scope.ok) throw new TypeError(scope.reason);
  const calls = { count: 0 };
  return {
    calls,
    capabilities: defineCapabilities({
      write: false,
      delete: false,
      compareAndSet: false,
      versionPins: false,
      versions: false,
      restore: false,
      declare: false,
      scopes: false,
      binary: true,
      listConsistency: 'strong',
      listReadsValues: false,
      readBatchSize: 500,
      maxValueBytes: 65_536,
    }),
    async *list() {
      await wait(answerMs);
      yield {
        secrets: Array.from({ length: keysEach }, (_, index) => ({ scope: scope.value, key: `KEY_${at}_${index}` })),
      };
    },
    async read(refs) {
      calls.count += 1;
      await wait(answerMs);
      return refs.map(({ key }) => found(SecretValue.fromText(key)));
    },
    check: async () => ({}),
    close: async () => undefined,
  };
}

export async function run(): Promise<readonly BenchRow[]> {
  const slow = [0, 1, 2].map(slowBackend);
  const backends = Object.fromEntries(slow.map((backend, at) => [`slow-${at}`, { backend }]));
  const start = performance.now();
  const resolver = await createResolver({ bindings: [{ scope: '*:apps/**' }], backends });
  const listed = performance.now();
  const values = await Promise.all(resolver.list().map((key) => resolver.get(key)));
  const end = performance.now();
  const calls = slow.reduce((sum, backend) => sum + backend.calls.count, 0);
  return [
    {
      what: `${values.length} keys of three backends, names and values`,
      value: end - start,
      unit: 'ms',
      baseline: 'one answer of a backend',
      ratio: (end - start) / answerMs,
    },
    {
      what: `${values.length} keys of three backends, values`,
      value: end - listed,
      unit: 'ms',
      baseline: 'one answer of a backend',
      ratio: (end - listed) / answerMs,
    },
    { what: 'calls for values', value: calls, unit: 'calls' },
  ];
}
