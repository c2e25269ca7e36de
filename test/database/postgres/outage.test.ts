import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeLane } from '../../support/lane.ts';
import { createLink, type Link } from '../../support/link.ts';
import { makeCluster, postgresProgramsLane, type Cluster } from '../../support/postgres-cluster.ts';
import { base64, codeOf, startSharedServer, type TestServer } from '../../orchestrator/support/server.ts';
import { open } from '../../orchestrator/support/jobs.ts';

/** Only a server that never comes back takes this long. */
const soon = { timeout: 60_000 };

describeLane(postgresProgramsLane, () => {
  let cluster: Cluster;
  let link: Link;
  let shared: Awaited<ReturnType<typeof startSharedServer>>;
  let server: TestServer;

  beforeAll(async () => {
    cluster = await makeCluster();
    link = await createLink(cluster.url);
    const url = `${link.address.replace('//', '//kici@')}/kici`;
    shared = await startSharedServer({ database: { url } });
    server = shared.server;
    await server.call('environments.create', { name: 'production', bind: ['production'] });
  });
  afterAll(async () => {
    await shared.stop();
    await link.cut();
    await cluster[Symbol.asyncDispose]();
  });

  const set = (key: string) => server.call('secrets.set', { scope: 'production', key, value: base64(`of ${key}`) });
  const ready = async () => fetch(`${server.url}/health/ready`);
  beforeEach(async () => {
    await expect.poll(async () => (await ready()).status, soon).toBe(200);
  });

  const outages: readonly [string, () => Promise<void>, () => Promise<void>][] = [
    ['is killed', () => cluster.kill(), () => cluster.start()],
    ['is stopped at once', () => cluster.stop(), () => cluster.start()],
    ['cannot be reached', () => link.cut(), () => link.mend()],
  ];

  it.each(outages)(
    'a database that %s: 503 with a pause, not ready, and all as before once it is back',
    async (name, end, back) => {
      const key = `K_${name.replaceAll(' ', '_').toUpperCase()}`;
      const acknowledged = new Array<string>();
      const writer = { isOver: false };
      const writing = (async () => {
        for (let index = 0; !writer.isOver; index += 1)
          await set(`${key}_${index}`).then(
            () => acknowledged.push(`${key}_${index}`),
            () => undefined,
          );
      })();
      await expect.poll(() => acknowledged.length, soon).toBeGreaterThan(2);
      await end();
      await expect.poll(() => codeOf(server.call('environments.list')), soon).toBe('database_unavailable');
      const refused = await fetch(`${server.url}/api/v1/orgs/default/environments`, {
        headers: { authorization: `Bearer ${server.owner}` },
      });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      await expect.poll(async () => (await ready()).status, soon).toBe(503);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      await back();
      await expect.poll(async () => (await ready()).status, soon).toBe(200);
      await set(`${key}_AFTER`);
      writer.isOver = true;
      await writing;
      const job = await open(server, 'production');
      for (const one of [...acknowledged, `${key}_AFTER`]) expect(await job.value(one)).toBe(`of ${one}`);
      await job.close();
      expect(await server.call('audit.verify')).toMatchObject({ intact: true, problems: [] });
    },
  );

  it('a connection that ends between two statements of a transaction ends no process', async () => {
    const before = server.log().length;
    const cutting = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await set('CUT').catch(() => undefined);
        await link.cut();
        await link.mend();
      }
    })();
    for (let index = 0; index < 30; index += 1)
      await server
        .call('variables.set', { environment: 'production', name: 'V', value: `${index}` })
        .catch(() => undefined);
    await cutting;
    await expect.poll(async () => (await ready()).status, soon).toBe(200);
    expect(server.log().slice(before)).not.toContain('kici@');
  });
});
