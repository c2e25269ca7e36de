import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { labelMeanings, metrics, type MetricDescription } from '../../src/telemetry/metrics.ts';
import { newService } from '../orchestrator/support/places.ts';
import { base64, startSharedServer } from '../orchestrator/support/server.ts';
import { opensslLane, selfSigned } from '../support/certificates.ts';
import { engine } from '../support/engine.ts';
import { describeLane } from '../support/lane.ts';
import { startCollector } from './support/collector.ts';
import { promtoolLane } from './support/promtool.ts';
import { samplesOf, scrape } from './support/scrape.ts';

/** Those of the other engine. */
const elsewhere = new Set(
  engine === 'sqlite'
    ? ['kici_database_connections', 'kici_database_connections_awaited']
    : ['kici_database_sync_duration_seconds'],
);

/** A server with everything that can be measured, after a job that has read a value. */
describeLane(opensslLane, () => {
  let text: string;
  const cleanups = new Array<() => Promise<unknown>>();

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kici-metrics-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const { cert, key } = selfSigned('localhost');
    const tls = { certFile: join(folder, 'crt'), keyFile: join(folder, 'key') };
    await writeFile(tls.certFile, cert);
    await writeFile(tls.keyFile, key);
    const collector = await startCollector();
    cleanups.push(() => collector.stop());
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const telemetry = { metrics: { host: '127.0.0.1', port: 0 }, traces: true };
    const auditSink = {
      to: { kind: 'file', path: join(folder, 'checkpoints') },
      everyMs: 60_000,
      isRequired: false,
    } as const;
    const shared = await startSharedServer({ tls, telemetry, auditSink });
    const { server } = shared;
    cleanups.push(() => shared.stop());
    const { address } = newService({ 'x A': '1' });
    await server.call('backends.add', {
      name: 'corp',
      type: 'memory',
      settings: { address },
      secretSettings: { password: base64('right') },
    });
    await server.call('environments.create', { name: 'production', bind: ['corp:x'] });
    const opened = await server.call('jobs.open', {
      environment: 'production',
      workflow: 'w',
      job: 'j',
      agentPublicKey: Buffer.alloc(32, 9).toString('base64'),
    });
    await server.as(opened.jobToken)('jobs.read', { jobId: opened.jobId, keys: ['A'] });
    text = await scrape(server);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  it('shows exactly the metrics that are described, each as its kind and with its text', () => {
    const kinds = [...text.matchAll(/^# TYPE (\w+ \w+)$/gm)].map(([, told = '']) => told);
    const described = Object.entries<MetricDescription>(metrics).filter(([name]) => !elsewhere.has(name));
    expect(kinds.toSorted()).toEqual(described.map(([name, { kind }]) => `${name} ${kind}`).toSorted());
    for (const [name, { help }] of described) expect(text).toContain(`# HELP ${name} ${help}\n`);
  });

  it('has no other labels than those that are described, and no value that is none', () => {
    for (const { name, labels, value } of samplesOf(text)) {
      expect(value).not.toBeNaN();
      const [, described] =
        Object.entries<MetricDescription>(metrics).find(([metric, { kind }]) =>
          kind === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') === metric : name === metric,
        ) ?? [];
      const known: readonly string[] = [...(described?.labels ?? []), ...(name.endsWith('_bucket') ? ['le'] : [])];
      expect([name, ...Object.keys(labels).toSorted()]).toEqual([name, ...known.toSorted()]);
    }
    const used = new Set(Object.values<MetricDescription>(metrics).flatMap(({ labels }) => labels));
    expect([...used].toSorted()).toEqual(Object.keys(labelMeanings).toSorted());
  });

  describeLane(promtoolLane, () => {
    it('is what promtool takes, and finds nothing to improve', () => {
      const { status, stderr } = spawnSync(process.env['KICI_TEST_PROMTOOL'] ?? '', ['check', 'metrics'], {
        input: text,
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
    });
  });
});
