import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allMigrations } from '../../../src/composition/all-tables.ts';
import { inTransaction } from '../../../src/database/in-transaction.ts';
import { isUpToDate, migrate } from '../../../src/database/migrate.ts';
import { openPostgres } from '../../../src/database/postgres/open.ts';
import { describeLane } from '../../support/lane.ts';
import { makeDatabase, pgbouncerLane, postgresLane, runSql, serverUrl } from '../../support/postgres.ts';

interface Tables {
  readonly things: { id: string; count: number };
  readonly internal_secrets: { scope: string };
}

async function open(url: string): Promise<Kysely<Tables>> {
  const database = await openPostgres<Tables>({ url });
  onTestFinished(() => database.destroy());
  return database;
}

/** A table of its own in a database that all share. */
async function withThings(url: string): Promise<Kysely<Tables>> {
  const name = await makeDatabase();
  const database = await open(url.replace('/postgres', `/${name}`));
  await database.schema
    .createTable('things')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('count', 'bigint', (column) => column.notNull())
    .execute();
  return database;
}

for (const lane of [postgresLane, pgbouncerLane])
  describeLane(lane, () => {
    const url = serverUrl(undefined, lane === postgresLane ? 'directly' : 'pgbouncer');

    it('gives numbers as numbers, bytes as bytes, and refuses what a number cannot hold', async () => {
      const database = await withThings(url);
      await database.insertInto('things').values({ id: 'a', count: Number.MAX_SAFE_INTEGER }).execute();
      const { rows } = await sql`select count, count(*) as n, max(count) as most, ${Buffer.from([0, 255])}::bytea as b
        from things group by count`.execute(database);
      expect(rows).toEqual([
        { count: Number.MAX_SAFE_INTEGER, n: 1, most: Number.MAX_SAFE_INTEGER, b: Buffer.from([0, 255]) },
      ]);
      await sql`update things set count = 9007199254740993`.execute(database);
      await expect(database.selectFrom('things').selectAll().execute()).rejects.toThrow(RangeError);
      // The connection is as good as before.
      await expect(database.selectFrom('things').select('id').execute()).resolves.toEqual([{ id: 'a' }]);
    });

    it('takes no value that would become another', async () => {
      const database = await open(url);
      for (const value of [true, new Date(0), undefined, { a: 1 }, ['a']])
        await expect(sql`select ${sql.val(value)}`.execute(database)).rejects.toThrow(TypeError);
    });

    it('loses no update, and no reader of two rows sees half of a change', async () => {
      const database = await withThings(url);
      await database
        .insertInto('things')
        .values([
          { id: 'a', count: 0 },
          { id: 'b', count: 0 },
        ])
        .execute();
      await Promise.all(
        Array.from({ length: 20 }, () =>
          inTransaction(database, async (transaction) => {
            const rows = await transaction.selectFrom('things').selectAll().orderBy('id').execute();
            expect(rows[0]?.count).toBe(rows[1]?.count);
            for (const { id, count } of rows)
              await transaction
                .updateTable('things')
                .set({ count: count + 1 })
                .where('id', '=', id)
                .execute();
          }),
        ),
      );
      expect(await database.selectFrom('things').select('count').execute()).toEqual([{ count: 20 }, { count: 20 }]);
    });

    it('orders and compares text by its bytes, as the embedded database does', async () => {
      const database = await withThings(url);
      const ids = ['B', 'a', 'Z', 'a/b', 'a-b', 'a0', 'ä', '\u{10000}', '\uffff', 'é', 'A'];
      await database
        .insertInto('things')
        .values(ids.map((id) => ({ id, count: 0 })))
        .execute();
      const found = await database.selectFrom('things').select('id').orderBy('id').execute();
      expect(found.map(({ id }) => id)).toEqual(
        ids.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
      );
      const below = database.selectFrom('things').select('id').where('id', '>', 'a/').where('id', '<', 'a0');
      expect(await below.execute()).toEqual([{ id: 'a/b' }]);
    });

    it('is migrated once when several processes start together, all tables or none', async () => {
      const name = await makeDatabase();
      const connections = await Promise.all([1, 2, 3].map(() => open(url.replace('/postgres', `/${name}`))));
      await Promise.all(connections.map((database) => migrate(database, allMigrations)));
      const [database = await open(url)] = connections;
      expect(await isUpToDate(database, allMigrations)).toBe(true);
      const broken = {
        '9999_broken': {
          oldest: '9999_broken',
          up: async (db: Kysely<unknown>) => void (await sql`select no_such_column`.execute(db)),
        },
      };
      const first = allMigrations[0];
      await expect(
        migrate(database, [
          {
            owner: 'shop',
            migrations: { '0001_a': { oldest: '0001_a', up: (db) => db.schema.createTable('shop').execute() } },
          },
          { owner: first?.owner ?? '', migrations: { ...first?.migrations, ...broken } },
        ]),
      ).rejects.toMatchObject({ code: 'migration_failed', message: expect.stringContaining('no_such_column') });
      expect(await isUpToDate(database, allMigrations)).toBe(true);
      await expect(sql`select 1 from shop`.execute(database)).rejects.toMatchObject({ code: '42P01' });
    });

    it('is what a tree of scopes is searched in by the index', async () => {
      const database = await open(url.replace('/postgres', `/${await makeDatabase()}`));
      await migrate(database, allMigrations);
      const plan = await database.transaction().execute(async (transaction) => {
        await sql`set local enable_seqscan = off`.execute(transaction);
        return sql<{ 'QUERY PLAN': string }>`explain select * from internal_secrets
          where organization = ${'default'} and scope >= ${'apps'} and scope < ${'apps0'}`.execute(transaction);
      });
      expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Cond: .*scope >= .*scope < /);
    });
  });

describeLane(postgresLane, () => {
  it('another installation in another schema of the database is left alone', async () => {
    const name = await makeDatabase();
    await migrate(await open(serverUrl(name)), allMigrations);
    const role = `r${randomUUID().slice(0, 8)}`;
    await runSql(
      serverUrl(name),
      `create role ${role} login password 'x'; create schema ${role} authorization ${role}`,
    );
    const url = new URL(serverUrl(name));
    [url.username, url.password] = [role, 'x'];
    const other = await open(url.href);
    await migrate(other, allMigrations);
    const { rows } = await sql`select table_schema from information_schema.tables where table_name = 'audit_rows'
      order by table_schema`.execute(await open(serverUrl(name)));
    expect(rows).toHaveLength(2);
  });

  it('the password of a file is read again for each connection, and never shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kici-password-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'password');
    const role = `r${randomUUID().slice(0, 8)}`;
    const [first, second] = [`canary-${randomUUID()}`, `canary-${randomUUID()}`];
    await runSql(serverUrl(), `create role ${role} login password '${first}'`);
    await writeFile(file, `${first}\n`);
    const url = new URL(serverUrl());
    [url.username, url.password] = [role, ''];
    const database = await openPostgres({ url: url.href, passwordFile: file });
    onTestFinished(() => database.destroy());
    await runSql(serverUrl(), `alter role ${role} password '${second}'`);
    const end = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`;
    await runSql(serverUrl(), end);
    const ask = () => sql`select 1`.execute(database);
    await expect.poll(() => ask().catch((error: unknown) => inspect(error))).toContain('28P01');
    const refused = await ask().catch((error: unknown) => inspect(error, { depth: 9 }));
    expect(refused).not.toContain('canary-');
    await writeFile(file, second);
    await ask();
    await expect(openPostgres({ url: url.href, passwordFile: join(folder, 'none') })).rejects.toMatchObject({
      code: 'cannot_open',
      message: expect.stringContaining('cannot read the password'),
    });
  });

  describe('a server that cannot be used is refused at the start, with what to do, and without the password', () => {
    const canary = 'canary-5f0a77d1';
    const withPassword = (change: (url: URL) => void): string => {
      const url = new URL(serverUrl());
      url.password = canary;
      change(url);
      return url.href;
    };
    it.each([
      ['wrong password', withPassword(() => undefined), '28P01'],
      ['nobody listens', withPassword((url) => (url.port = '1')), 'ECONNREFUSED'],
      ['no TLS there', withPassword((url) => url.searchParams.set('sslmode', 'require')), 'ECONNRESET'],
    ])('%s', async (_, url, reason) => {
      const error: unknown = await openPostgres({ url }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'cannot_open', message: expect.stringContaining(reason) });
      expect(inspect(error, { depth: 9 })).not.toContain(canary);
    });

    it('there is no such database', async () => {
      await expect(openPostgres({ url: serverUrl('not-there') })).rejects.toMatchObject({
        code: 'cannot_open',
        message: expect.stringContaining('3D000'),
      });
    });

    it('its encoding cannot hold every name', async () => {
      const name = `latin_${randomUUID().slice(0, 8)}`;
      await runSql(
        serverUrl(),
        `create database ${name} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`,
      );
      await expect(openPostgres({ url: serverUrl(name) })).rejects.toMatchObject({
        code: 'cannot_open',
        message: expect.stringContaining('LATIN1'),
      });
    });

    it('it takes no writes', async () => {
      const name = await makeDatabase();
      await runSql(serverUrl(), `alter database ${name} set default_transaction_read_only = on`);
      await expect(openPostgres({ url: serverUrl(name) })).rejects.toMatchObject({
        code: 'cannot_open',
        message: expect.stringContaining('takes no writes'),
      });
    });

    it('it answers before a commit is on its disk', async () => {
      const name = await makeDatabase();
      await runSql(serverUrl(), `alter database ${name} set synchronous_commit = off`);
      await expect(openPostgres({ url: serverUrl(name) })).rejects.toMatchObject({
        code: 'cannot_open',
        message: expect.stringContaining('synchronous_commit is off'),
      });
    });
  });
});
