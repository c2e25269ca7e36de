import { afterEach, expect, it, vi } from 'vitest';
import { needlesOf } from '../../src/masker/needles.ts';
import { add, open, set } from '../orchestrator/support/jobs.ts';
import { newService } from '../orchestrator/support/places.ts';
import { base64, codeOf, startServer } from '../orchestrator/support/server.ts';
import { startCollector, type Collector } from './support/collector.ts';
import { scrape } from './support/scrape.ts';

let collector: Collector | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  await collector?.stop();
});

const canary = 'canary-Vw3-In-No-Label-No-Span-4417';
const password = 'canary-Pa55-Of-A-Backend-That-Echoes-8830';

it('no value, token, code or name of a secret shows in a metric, a span or a log line', async () => {
  collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.endpoint);
  const server = await startServer({
    settings: { telemetry: { metrics: { host: '127.0.0.1', port: 0 }, traces: true } },
  });
  const { call } = server;
  const { address } = newService({ 'x CORP': canary });
  await set(server, 'production', 'CANARY_KEY', canary);
  await add(server, 'corp', address);
  // A backend that is refused for its password, and one whose settings are wrong.
  const refusing = newService();
  await add(server, 'refused', refusing.address, { optional: true, secretSettings: { password: base64(password) } });
  await call('environments.create', { name: 'production', bind: ['production', 'corp:x', 'refused:x'] });
  const job = await open(server, 'production');
  // From here on its refusals say everything that whoever asks may know.
  const echoed = [password, canary, server.owner, job.opened.jobToken];
  refusing.service.refusal = `no entry for ${echoed.join(', ')}`;
  await job.read('CANARY_KEY', 'CORP', canary);
  await codeOf(job.read(`${canary}\n"} 1`));
  const { token } = await call('tokens.create', { name: 'author', role: 'author' });
  await codeOf(server.as(`${token}x`)('secrets.list', { scope: canary }));
  await call('backends.test', { name: 'refused' });
  const listed = (): Promise<string> => codeOf(call('secrets.list', { scope: 'refused:x' }));
  expect(await listed()).toBe('backend_unavailable');
  refusing.service.breaksContract = true;
  await call('backends.update', { name: 'refused', deadlineMs: 9_000 });
  expect(await listed()).toBe('backend_unavailable');
  await call('resolution.check', { environment: 'production' });
  await codeOf(call('secrets.set', { scope: 'production', key: 'CANARY_KEY', value: canary }));
  await codeOf(call('secrets.list', { scope: `nowhere:${canary}` }));
  await codeOf(call('environments.show', { name: canary }));
  const { code } = await call('sessions.code');
  const at = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers });
  await at(`/api/v1/orgs/${canary}/secrets?token=${token}`);
  await at(`/${canary}`, { authorization: `Bearer ${token}`, 'user-agent': canary, cookie: `kici=${canary}` });
  await at('/health/live', { 'x-request-id': canary, traceparent: canary, tracestate: `kici=${canary}` });
  const metrics = await scrape(server);
  await server.application.stop();

  expect(server.log()).toContain('the adapter broke the contract');
  const places = { metrics, spans: collector.received(), log: server.log() };
  expect(places.spans).toContain('backend read');
  const secrets = [canary, password, token, server.owner, job.opened.jobToken, code];
  for (const [place, text] of Object.entries(places))
    for (const secret of secrets)
      for (const needle of needlesOf(Buffer.from(secret)))
        expect(`${place} ${Buffer.from(text).includes(needle) ? `holds ${secret}` : 'is clean'}`).toBe(
          `${place} is clean`,
        );
  // Names are no secrets, and are nobody's label either.
  for (const text of [places.metrics, places.spans]) expect(text).not.toContain('CANARY_KEY');
});
