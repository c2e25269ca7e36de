import { describe, expect, it } from 'vitest';
import { add, open, set } from '../orchestrator/support/jobs.ts';
import { newService } from '../orchestrator/support/places.ts';
import { codeOf, startServer } from '../orchestrator/support/server.ts';
import { engine } from '../support/engine.ts';
import { scrape, valueOf, withMetrics } from './support/scrape.ts';

describe('the metrics', () => {
  it('tell what was done, by operation, backend and outcome', async () => {
    const server = await startServer({ settings: withMetrics });
    const { address, service } = newService({ 'x A': '1', 'x B': '2' });
    await set(server, 'production', 'TOKEN');
    await add(server, 'corp', address, { cacheMaxAgeMs: 60_000 });
    await server.call('environments.create', { name: 'production', bind: ['production', 'corp:x'] });
    const job = await open(server, 'production');
    await job.read('TOKEN', 'A');
    await job.read('A');
    await job.close();
    service.password = 'changed';
    await server.call('backends.test', { name: 'corp' });
    await codeOf(server.as('wrong')('secrets.list', { scope: 'x' }));
    const text = await scrape(server);

    const requests = (labels: Record<string, string>) =>
      valueOf(text, 'http_server_request_duration_seconds_count', labels);
    expect(requests({ kici_operation: 'jobs.read', http_response_status_code: '200' })).toBe(2);
    expect(requests({ kici_operation: 'secrets.list', http_response_status_code: '401' })).toBe(1);
    expect(valueOf(text, 'kici_jobs_opened_total')).toBe(1);
    expect(valueOf(text, 'kici_jobs_open')).toBe(0);

    const corp = { organization: 'default', backend: 'corp' };
    expect(valueOf(text, 'kici_backend_reads_total', { ...corp, result: 'found', source: 'backend' })).toBe(1);
    expect(valueOf(text, 'kici_backend_reads_total', { ...corp, result: 'found', source: 'cache' })).toBe(1);
    expect(valueOf(text, 'kici_backend_reads_total', { backend: 'internal', result: 'found' })).toBe(1);
    const calls = (labels: Record<string, string>) => valueOf(text, 'kici_backend_calls_total', labels);
    expect(calls({ ...corp, kind: 'read', outcome: 'ok' })).toBe(1);
    expect(calls({ ...corp, kind: 'check', outcome: 'unauthenticated' })).toBe(1);
    expect(valueOf(text, 'kici_backend_lists_total', { ...corp, source: 'backend' })).toBeGreaterThan(0);
    expect(valueOf(text, 'kici_backend_breaker_state', { ...corp, state: 'closed' })).toBe(1);

    expect(valueOf(text, 'kici_audit_append_duration_seconds_count', { status: 'ok' })).toBeGreaterThan(5);
    expect(valueOf(text, 'kici_audit_rows_pending')).toBe(0);
    expect(valueOf(text, 'kici_audit_breaks_total')).toBe(0);
    expect(
      valueOf(text, 'db_client_operation_duration_seconds_count', { db_operation_name: 'insert' }),
    ).toBeGreaterThan(0);
    expect(valueOf(text, 'kici_ready')).toBe(1);
    if (engine === 'sqlite') expect(valueOf(text, 'kici_database_sync_duration_seconds_count')).toBeGreaterThan(0);
    else expect(valueOf(text, 'kici_database_connections')).toBeGreaterThan(0);
  });

  it('show an open breaker and a job that is open', async () => {
    const server = await startServer({ settings: withMetrics });
    const { address, service } = newService({ 'x A': '1' });
    await add(server, 'corp', address);
    await server.call('environments.create', { name: 'production', bind: ['corp:x'] });
    await open(server, 'production');
    service.fault = 'server_error';
    service.faultsLeft = Number.POSITIVE_INFINITY;
    const explain = () => server.call('resolution.check', { environment: 'production' });
    for (let attempt = 0; attempt < 3; attempt += 1) await explain();
    const text = await scrape(server);
    expect(valueOf(text, 'kici_jobs_open')).toBe(1);
    expect(valueOf(text, 'kici_backend_breaker_state', { backend: 'corp', state: 'open' })).toBe(1);
    const outcomes = (outcome: string) => valueOf(text, 'kici_backend_calls_total', { outcome });
    expect(outcomes('server_error')).toBe(5);
    expect(outcomes('circuit_open')).toBeGreaterThan(0);
  });
});

describe('without metrics', () => {
  it('nothing listens', async () => {
    const { application } = await startServer();
    expect(application.metricsUrl).toBeUndefined();
  });

  it('a port that is taken says so, and which flag to change', async () => {
    const first = await startServer({ settings: withMetrics });
    const port = Number(new URL(first.application.metricsUrl ?? '').port);
    await expect(
      startServer({ settings: { telemetry: { metrics: { host: '127.0.0.1', port }, traces: false } } }),
    ).rejects.toMatchObject({ code: 'cannot_listen', hint: expect.stringContaining('--metrics-port') });
  });
});
