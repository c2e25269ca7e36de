import { expect, it, onTestFinished } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { createLink } from '../support/link.ts';
import { makeDatabase, postgresLane, serverUrl } from '../support/postgres.ts';
import { startOrchestrator } from '../support/programs.ts';
import { valueOf } from './support/scrape.ts';

describeLane(postgresLane, () => {
  it('an outage of PostgreSQL shows in what the alerts look at, and so does one that hangs', async () => {
    const database = new URL(serverUrl(await makeDatabase()));
    const link = await createLink(`http://${database.host}`);
    database.port = new URL(link.address).port;
    await using running = await startOrchestrator({
      environment: { KICI_DATABASE_URL: database.href, KICI_METRICS_PORT: '0' },
      args: ['--json'],
    });
    onTestFinished(() => link.cut().catch(() => undefined));
    const metrics = (): string => /"metrics":"([^"]+)"/.exec(running.output())?.[1] ?? '';
    await expect.poll(metrics).not.toBe('');
    const look = async () => {
      const text = await (await fetch(metrics())).text();
      const failed = valueOf(text, 'db_client_operation_duration_seconds_count', {
        db_operation_name: 'connect',
        status: 'failed',
      });
      return { ready: valueOf(text, 'kici_ready'), failed: failed ?? 0 };
    };
    expect(await look()).toEqual({ ready: 1, failed: 0 });
    link.hold();
    await expect.poll(async () => (await look()).ready).toBe(0);
    await link.cut();
    await expect.poll(async () => (await look()).failed).toBeGreaterThan(0);
    const before = await look();
    expect(before.ready).toBe(0);
    // It goes on growing, which is what a rate shows.
    await expect.poll(async () => (await look()).failed).toBeGreaterThan(before.failed);
  });
});
