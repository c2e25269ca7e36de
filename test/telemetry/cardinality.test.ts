import { expect, it } from 'vitest';
import { boundedNames } from '../../src/telemetry/bounded-names.ts';
import { failureCodes, isFailureCode } from '@kici-dev/secret-backend';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import { open, set } from '../orchestrator/support/jobs.ts';
import { startServer } from '../orchestrator/support/server.ts';
import { samplesOf, scrape, withMetrics } from './support/scrape.ts';

const many = Array.from({ length: 1_000 }, (_, index) => index);

async function seriesOf(text: string): Promise<number> {
  return samplesOf(text).length;
}

it('a thousand keys, and many scopes, unknown organizations, addresses and methods, add no series', async () => {
  const server = await startServer({ settings: withMetrics });
  await set(server, 'production', 'TOKEN');
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  const job = await open(server, 'production');
  const once = async (index: number): Promise<void> => {
    const headers = { authorization: `Bearer ${server.owner}` };
    await fetch(`${server.url}/api/v1/orgs/org-${index}/environments`, { headers });
    await fetch(`${server.url}/unknown-${index}/%22%7d?x=${index}`);
    await fetch(`${server.url}/unknown-${index}`, { method: ['PROPFIND', 'LINK', 'M-SEARCH'][index % 3] ?? 'GET' });
    await fetch(`${server.url}/api/v1/orgs/default/secrets?scope=scope-${index}`, { headers });
  };
  const read = (from: number) => job.read(...many.slice(from, from + 100).map((index) => `KEY_${index}`));
  for (let index = 0; index < 3; index += 1) await once(index);
  await read(0);
  const before = await seriesOf(await scrape(server));
  await Promise.all(many.slice(0, 60).map(once));
  for (let from = 0; from < 1_000; from += 100) await read(from);
  expect(await seriesOf(await scrape(server))).toBeLessThanOrEqual(before + 2);
});

it('a thousand backends of a thousand organizations share what the first ones left', async () => {
  const telemetry = await createTelemetry(
    { metrics: { host: '127.0.0.1', port: 0 }, traces: false },
    {},
    {
      collector: () => undefined,
    },
  );
  try {
    for (const index of many) {
      const observer = telemetry.backend?.(`org-${index}`, `hostile-${index}"} 1\n`);
      observer?.opened(() => ({ breaker: 'open' }));
      await observer?.call(
        'read',
        async () => undefined,
        () => undefined,
      );
      observer?.read('found', 'backend');
      observer?.read('absent', 'cache');
    }
    const text = await (await fetch(telemetry.url ?? '')).text();
    const samples = samplesOf(text);
    const reads = samples.filter(({ name }) => name === 'kici_backend_reads_total');
    expect(reads.reduce((sum, { value }) => sum + value, 0)).toBe(2_000);
    expect(reads.length).toBeLessThanOrEqual(4 * 301);
    expect(new Set(samples.map(({ labels }) => labels['organization'])).size).toBeLessThanOrEqual(102);
    const opened = samples.filter(
      ({ name, labels }) => name === 'kici_backend_breaker_state' && labels['state'] === 'open',
    );
    expect(opened.reduce((sum, { value }) => sum + value, 0)).toBe(1_000);
  } finally {
    await telemetry.close();
  }
});

it('as many backends as are told apart keep their names, whatever their calls come to', async () => {
  const telemetry = await createTelemetry(
    { metrics: { host: '127.0.0.1', port: 0 }, traces: false },
    {},
    {
      collector: () => undefined,
    },
  );
  try {
    const outcomes = [undefined, ...Object.keys(failureCodes).filter(isFailureCode)];
    for (const index of many.slice(0, 200)) {
      const observer = telemetry.backend?.('default', `backend-${index}`);
      for (const kind of ['list', 'read', 'check', 'look', 'change'] as const)
        for (const outcome of outcomes)
          await observer?.call(
            kind,
            async () => undefined,
            () => outcome,
          );
    }
    const lines = (await (await fetch(telemetry.url ?? '')).text()).split('\n');
    const calls = samplesOf(lines.filter((line) => line.startsWith('kici_backend_calls_total')).join('\n'));
    expect(calls.filter(({ labels }) => labels['backend'] === undefined)).toEqual([]);
    expect(calls).toHaveLength(200 * 5 * outcomes.length);
  } finally {
    await telemetry.close();
  }
});

it('a name that was let through stays, and no other takes its place', () => {
  const label = boundedNames(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map(label)).toEqual(['a', 'b', '_other', 'a', '_other', 'b']);
});
