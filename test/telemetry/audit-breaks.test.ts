import { expect, it } from 'vitest';
import { base64, startServer } from '../orchestrator/support/server.ts';
import { scrape, valueOf, withMetrics } from './support/scrape.ts';

const unacknowledged = async (server: Parameters<typeof scrape>[0]) =>
  valueOf(await scrape(server), 'kici_audit_breaks_unacknowledged');

it('a break that was found before the first scrape is shown until somebody acknowledges it, also after a restart', async () => {
  const server = await startServer();
  const { dataDir } = server;
  for (const key of ['A', 'B']) await server.call('secrets.set', { scope: 's', key, value: base64('v') });
  await server.call('audit.verify');
  server.tamper('delete from audit_rows where sequence > 2');
  await server.application.stop();
  const found = await startServer({ settings: { dataDir, ...withMetrics } });
  expect(await unacknowledged(found)).toBe(1);
  await found.application.stop();
  const later = await startServer({ settings: { dataDir, ...withMetrics } });
  expect(await unacknowledged(later)).toBe(1);
  await later.call('audit.acknowledge', { reason: 'a test' });
  await later.application.stop();
  expect(await unacknowledged(await startServer({ settings: { dataDir, ...withMetrics } }))).toBe(0);
});
