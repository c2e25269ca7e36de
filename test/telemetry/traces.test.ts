import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import { add, open, set } from '../orchestrator/support/jobs.ts';
import { newService } from '../orchestrator/support/places.ts';
import { startServer, type TestServer } from '../orchestrator/support/server.ts';
import { startCollector, type Collector, type ReceivedSpan } from './support/collector.ts';
import { valueOf } from './support/scrape.ts';

const collectors = new Array<Collector>();

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const collector of collectors.splice(0)) await collector.stop();
});

async function traced(answer?: 'take' | 'refuse' | 'hang'): Promise<{ server: TestServer; collector: Collector }> {
  const collector = await startCollector(answer);
  collectors.push(collector);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
  const server = await startServer({
    settings: { telemetry: { metrics: { host: '127.0.0.1', port: 0 }, traces: true } },
  });
  return { server, collector };
}

function attribute(span: ReceivedSpan | undefined, key: string): unknown {
  const value = span?.attributes.find((one) => one.key === key)?.value;
  return value === undefined ? undefined : Object.values(value)[0];
}

describe('spans', () => {
  it('go from the request over resolution and backend to the database, in the trace of the client', async () => {
    const { server, collector } = await traced();
    const { address } = newService({ 'x A': '1' });
    await add(server, 'corp', address);
    await server.call('environments.create', { name: 'production', bind: ['corp:x'] });
    const job = await open(server, 'production');
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await fetch(`${server.url}/api/v1/orgs/default/jobs/${job.opened.jobId}/secrets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${job.opened.jobToken}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify({ keys: ['A'] }),
    });
    await server.application.stop();
    const spans = collector.spans();
    const of = (name: string) => spans.filter((span) => span.name === name);
    const read = spans.find((span) => span.traceId === traceId && attribute(span, 'kici.operation') === 'jobs.read');
    expect(read).toMatchObject({ parentSpanId: 'b7ad6b7169203331' });
    expect(attribute(read, 'http.response.status_code')).toBe(200);
    const backend = of('backend read').find((span) => span.traceId === traceId);
    expect(attribute(backend, 'kici.backend')).toBe('corp');
    expect(attribute(backend, 'kici.outcome')).toBe('ok');
    const opened = spans.find((span) => attribute(span, 'kici.operation') === 'jobs.open');
    const [resolved] = of('resolve').filter(({ traceId: id }) => id === opened?.traceId);
    expect(resolved).toMatchObject({ parentSpanId: opened?.spanId });
    const [listed] = of('backend list').filter(({ traceId: id }) => id === opened?.traceId);
    expect(listed).toMatchObject({ parentSpanId: resolved?.spanId });
    expect(of('insert jobs')[0]).toMatchObject({ traceId: opened?.traceId });
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['an all-zero trace', '00-00000000000000000000000000000000-b7ad6b7169203331-01'],
    ['ten kilobytes', `00-${'a'.repeat(10_000)}-b7ad6b7169203331-01`],
  ])('begin a trace of their own for a traceparent that is %s', async (_, traceparent) => {
    const { server, collector } = await traced();
    const { status } = await fetch(`${server.url}/health/live`, { headers: { traceparent } });
    await server.application.stop();
    expect(status).toBe(200);
    const [span] = collector.spans().filter(({ name }) => name === 'GET /health/live');
    expect(span?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(span?.parentSpanId ?? '').toBe('');
  });

  it.each(['OTEL_TRACES_SAMPLER', 'always_on'] as const)('are refused with a bad sampler (%s)', async (name) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:9');
    vi.stubEnv('OTEL_TRACES_SAMPLER', name === 'always_on' ? 'traceidratio' : 'sometimes');
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '7');
    await expect(startServer({ settings: { telemetry: { metrics: undefined, traces: true } } })).rejects.toMatchObject({
      code: 'invalid_configuration',
    });
  });
});

describe('a collector that fails', () => {
  it('by refusing is told in the log, and fails no request', async () => {
    const { server, collector } = await traced('refuse');
    await set(server, 'production', 'TOKEN');
    await server.application.stop();
    expect(collector.asked()).toBe(1);
    expect(server.log()).toContain('the collector does not take spans');
  });

  it('by hanging is asked once at a time, and holds up neither requests nor the end', async () => {
    const collector = await startCollector('hang');
    collectors.push(collector);
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
    const telemetry = await createTelemetry({ metrics: { host: '127.0.0.1', port: 0 }, traces: true }, process.env, {
      collector: () => undefined,
    });
    const request = { id: '1', method: 'GET', route: '/health/live', operation: undefined, headers: {} };
    for (let index = 0; index < 20_000; index += 1) telemetry.requests?.begin(request).end(200);
    await expect.poll(() => collector.asked()).toBe(1);
    const text = await (await fetch(telemetry.url ?? '')).text();
    expect(valueOf(text, 'http_server_request_duration_seconds_count')).toBe(20_000);
    await telemetry.close();
  });
});
