import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/database/open.ts';

interface Tables {
  readonly counters: { id: string; value: number };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kici-database-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

function open(file: string): Kysely<Tables> {
  const database = openDatabase<Tables>(file);
  onTestFinished(() => database.destroy());
  return database;
}

describe('the embedded database', () => {
  it('is made for its owner alone, with every side file', async () => {
    const path = join(await folder(), 'data');
    await sql`create table counters (id text, value integer)`.execute(open(join(path, 'kici.db')));
    for (const name of ['kici.db', 'kici.db-wal', 'kici.db-shm'])
      expect([name, (await stat(join(path, name))).mode & 0o777]).toEqual([name, 0o600]);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('syncs every commit, overwrites what is deleted, and never waits inside SQLite', async () => {
    const database = open(join(await folder(), 'kici.db'));
    const pragma = async (name: string): Promise<unknown> =>
      Object.values(
        (await sql<Record<string, unknown>>`select * from ${sql.table(`pragma_${name}`)}`.execute(database)).rows[0] ??
          {},
      )[0];
    expect([
      await pragma('journal_mode'),
      await pragma('synchronous'),
      await pragma('secure_delete'),
      await pragma('busy_timeout'),
    ]).toEqual(['wal', 2, 1, 0]);
  });

  it('loses no update of writers on two connections', async () => {
    const file = join(await folder(), 'kici.db');
    const connections = [open(file), open(file)] as const;
    await sql`create table counters (id text, value integer)`.execute(connections[0]);
    await connections[0].insertInto('counters').values({ id: 'one', value: 0 }).execute();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        connections[index % 2 === 0 ? 0 : 1].transaction().execute(async (transaction) => {
          const { value } = await transaction.selectFrom('counters').select('value').executeTakeFirstOrThrow();
          await transaction
            .updateTable('counters')
            .set({ value: value + 1 })
            .execute();
        }),
      ),
    );
    expect(await connections[1].selectFrom('counters').select('value').executeTakeFirstOrThrow()).toEqual({
      value: 40,
    });
  });

  it('that cannot be opened says why and what to do', async () => {
    const path = await folder();
    await mkdir(join(path, 'a-folder'));
    await writeFile(join(path, 'a-file'), 'this is not a database, and long enough to be looked at as one'.repeat(20));
    for (const file of [join(path, 'a-folder'), join(path, 'a-file'), join(path, 'a-file', 'below.db')]) {
      expect(() => openDatabase(file)).toThrow(
        expect.objectContaining({ code: 'cannot_open', hint: expect.stringContaining('KICI_DATA_DIR') }),
      );
    }
  });

  it('keeps bytes as bytes, and refuses what SQLite would change', async () => {
    const database = open(join(await folder(), 'kici.db'));
    const { rows } = await sql<{ value: unknown }>`select ${Uint8Array.of(0, 255)} as value`.execute(database);
    expect(rows[0]?.value).toEqual(Uint8Array.of(0, 255));
    for (const value of [true, new Date(0), undefined])
      await expect(sql`select ${sql.val(value)}`.execute(database)).rejects.toThrow(TypeError);
  });
});
