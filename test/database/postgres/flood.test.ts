import { Client } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startServer } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, serverUrl } from '../../support/postgres.ts';

describeLane(postgresLane, () => {
  it('requests of an organization that wait for a connection keep no other waiting, however many they are', async () => {
    const url = serverUrl(await makeDatabase());
    const server = await startServer({ settings: { database: { url } } });
    for (const name of ['a', 'b']) await server.call('organizations.create', { name });
    const beside = new Client({ connectionString: url });
    await beside.connect();
    onTestFinished(() => beside.end());
    await beside.query('begin; lock table tokens in access exclusive mode');
    let served = 0;
    const flood = Array.from({ length: 150 }, async () => {
      await server.as(server.owner, 'a')('environments.list');
      served += 1;
    });
    await heard(server.url);
    const other = server
      .as(
        server.owner,
        'b',
      )('environments.list')
      .then(() => served);
    await heard(server.url);
    await beside.query('commit');
    expect(await other).toBeLessThan(50);
    await Promise.all(flood);
  });
});

/** What was sent before has been read by then. */
async function heard(url: string): Promise<void> {
  for (let count = 0; count < 5; count += 1) await (await fetch(`${url}/health/live`)).text();
}
