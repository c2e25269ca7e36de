import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startErrorOf } from '../../../src/composition/start-error.ts';
import { migrateStorage } from '../../../src/composition/storage.ts';
import { base64, startServer, temporaryFolder } from '../../orchestrator/support/server.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';
import { cleanEnvironment, runProgram } from '../../support/programs.ts';

/** A role that may do nothing but what is granted, and the URL of a database for it. */
async function roleIn(database: string): Promise<{ readonly role: string; readonly url: string }> {
  const role = `r${randomUUID().slice(0, 8)}`;
  await runSql(serverUrl(), `create role ${role} login password 'x'`);
  const url = new URL(serverUrl(database));
  [url.username, url.password] = [role, 'x'];
  return { role, url: url.href };
}

/** What the operators' page says to run as the owner of the tables. */
function grantsTo(role: string): string {
  const page = readFileSync(new URL('../../../docs/operators.md', import.meta.url), 'utf8');
  const [, text = ''] = /### Rights in the database\n.*?```sql\n(.*?)```/s.exec(page) ?? [];
  return text.replaceAll(' to kici;', ` to ${role};`);
}

function lacking(role: string, what: string): string {
  return `the database user "${role}" lacks a right: permission denied for ${what} (42501)`;
}

describeLane(postgresLane, () => {
  it('a role that may make no tables is told so, with the schema', async () => {
    const { role, url } = await roleIn(await makeDatabase());
    const home = await temporaryFolder();
    const environment = { ...cleanEnvironment(home), KICI_DATABASE_URL: url };
    const { code, stderr } = await runProgram('kici-orchestrator', ['migrate', '--json'], { environment });
    expect([code, JSON.parse(stderr)]).toEqual([
      1,
      {
        error: 'cannot_open',
        message: lacking(role, 'schema public'),
        hint: expect.stringContaining('grant create on schema'),
      },
    ]);
  });

  describe('tables that another role has made', () => {
    let name: string;
    const change = (text: string): Promise<unknown> => runSql(serverUrl(name), text);
    beforeAll(async () => {
      name = await makeDatabase();
      await migrateStorage({ dataDir: '/nowhere', database: { url: serverUrl(name) } });
    });

    it('a role without rights on them is told what it lacks', async () => {
      const { role, url } = await roleIn(name);
      const starting = startServer({ settings: { database: { url, migrationUrl: serverUrl(name) } } });
      expect(startErrorOf(await starting.catch((error: unknown) => error))).toMatchObject({
        code: 'cannot_open',
        message: lacking(role, 'table data_moves'),
        hint: expect.stringContaining('grant select, insert, update, delete on all tables'),
      });
    });

    it('a role that may only read and write serves, also without an address for migrations', async () => {
      const { role, url } = await roleIn(name);
      await change(grantsTo(role));
      for (const migrationUrl of [serverUrl(name), undefined]) {
        const server = await startServer({ settings: { database: { url, migrationUrl } } });
        await server.call('secrets.set', { scope: role, key: 'K', value: base64('v') });
      }
    });

    it('a right that is lost while a role serves is told, and a load balancer hears of it', async () => {
      const { role, url } = await roleIn(name);
      await change(grantsTo(role));
      const server = await startServer({ settings: { database: { url, migrationUrl: serverUrl(name) } } });
      const set = () => server.call('secrets.set', { scope: role, key: 'K', value: base64('v') });
      const ready = async () => (await fetch(`${server.url}/health/ready`)).status;
      expect(await ready()).toBe(200);
      await change(`revoke insert on audit_rows from ${role}`);
      await expect(set()).rejects.toMatchObject({
        code: 'database_unavailable',
        message: expect.stringContaining(lacking(role, 'table audit_rows')),
      });
      await expect.poll(ready, { timeout: 20_000 }).toBe(503);
      await change(`grant insert on audit_rows to ${role}`);
      await expect.poll(ready, { timeout: 20_000 }).toBe(200);
      await set();
    });
  });
});
