import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { requestIdHeader } from '../../../src/api/request-id.ts';
import { base64, startServer, startSharedServer, type TestServer } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, serverUrl } from '../../support/postgres.ts';

describeLane(postgresLane, () => {
  let url: string;
  let shared: Awaited<ReturnType<typeof startSharedServer>>;
  let server: TestServer;
  beforeAll(async () => {
    url = serverUrl(await makeDatabase());
    shared = await startSharedServer({ database: { url } });
    server = shared.server;
    for (const name of ['a', 'b']) {
      await server.call('organizations.create', { name });
      await server.as(server.owner, name)('environments.create', { name: 'e' });
    }
  });
  afterAll(() => shared.stop());

  /** Holds locks until it is told to let them go. */
  async function locking(statement: string): Promise<Client> {
    const beside = new Client({ connectionString: url });
    await beside.connect();
    onTestFinished(() => beside.end());
    await beside.query(`begin; ${statement}`);
    return beside;
  }

  it('an organization whose requests wait for a connection keeps no other waiting, however many they are', async () => {
    const beside = await locking('lock table tokens in access exclusive mode');
    const ask = (organization: string) =>
      fetch(`${server.url}/api/v1/orgs/${organization}/environments/none/variables`, {
        headers: { authorization: `Bearer ${server.owner}` },
      });
    const flood = Array.from({ length: 100 }, () => ask('a'));
    await heard(server.url);
    const other = ask('b');
    await heard(server.url);
    await beside.query('commit');
    for (const answer of await Promise.all([...flood, other])) expect(answer.status).toBe(404);
    const answered: readonly string[] =
      server.log().match(/(?<="requestId":")[^"]+(?=","method":"GET","route":"[^"]*variables")/g) ?? [];
    expect(answered).toHaveLength(101);
    const at = answered.indexOf((await other).headers.get(requestIdHeader) ?? 'none');
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThan(50);
  });

  it('a server whose clients all wait for a connection is ready', async () => {
    const beside = await locking('lock table tokens in access exclusive mode');
    const strangers = Array.from({ length: 30 }, (_, index) =>
      fetch(`${server.url}/api/v1/orgs/made-up-${index}/environments`, { headers: { authorization: 'Bearer none' } }),
    );
    await heard(server.url);
    expect(await fetch(`${server.url}/health/ready`)).toMatchObject({ status: 200 });
    await beside.query('commit');
    for (const answer of await Promise.all(strangers)) expect(answer.status).toBe(401);
  });

  it('an organization whose requests all wait for a row keeps no other from reading and writing', async () => {
    const beside = await locking(`select from organizations where name = 'a' for update`);
    const blocked = Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        server.as(server.owner, 'a')('environments.create', { name: `f${index}` }),
      ),
    );
    await heard(server.url);
    const other = server.as(server.owner, 'b');
    await other('environments.list');
    await other('secrets.set', { scope: 's', key: 'KEY', value: base64('x') });
    await beside.query('commit');
    expect((await blocked).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('an organization whose audit log somebody holds keeps no other from writing, and goes on later', async () => {
    const beside = await locking(`select from audit_heads where organization = 'a' for update`);
    const held = Promise.all(
      ['k', 'l', 'm'].map((name) => server.as(server.owner, 'a')('environments.create', { name })),
    );
    await heard(server.url);
    const other = server.as(server.owner, 'b');
    for (const key of ['K', 'L']) await other('secrets.set', { scope: 's', key, value: base64('x') });
    await beside.query('commit');
    await held;
    for (const name of ['a', 'b']) expect((await server.as(server.owner, name)('audit.verify')).problems).toEqual([]);
  });

  it('a server starts although somebody holds the audit log of an organization, and serves the others', async () => {
    const beside = await locking(`select from audit_heads where organization = 'a' for update`);
    const second = await startServer({ settings: { database: { url } } });
    expect(second.log()).toMatch(/"organization":"a","error":"HeldLogError.*audit rows could not be written/);
    await second.as(server.owner, 'b')('environments.create', { name: 'n' });
    await beside.query('commit');
    await second.as(server.owner, 'a')('environments.create', { name: 'n' });
    for (const name of ['a', 'b']) expect((await second.as(server.owner, name)('audit.verify')).problems).toEqual([]);
  });
});

/** What was sent before has been read by then. */
async function heard(url: string): Promise<void> {
  for (let count = 0; count < 5; count += 1) await (await fetch(`${url}/health/live`)).text();
}
