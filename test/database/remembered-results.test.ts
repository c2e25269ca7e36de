import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cellsOf } from '../../src/database/cells-of.ts';
import { openDatabase } from '../../src/database/open.ts';

interface Tables {
  items: { id: string; text: string; owner: string | null };
  owners: { id: string };
}

let folder: string;
let database: Kysely<Tables>;
/** Texts of the statements that the database has run. */
let ran: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-remembered-'));
  ran = [];
  const observer = { ran: (text: string) => void ran.push(text), synced: () => undefined, pooled: () => undefined };
  database = openDatabase<Tables>(join(folder, 'kici.db'), undefined, observer);
  for (const text of [
    'create table owners (id text primary key)',
    'create table items (id text primary key, text text, owner text references owners (id) on delete cascade)',
    'create table log (text text)',
    'create table noted (id text)',
    "create trigger note after insert on noted begin update items set text = 'noted' where id = new.id; end",
  ])
    await sql.raw(text).execute(database);
  await database.insertInto('owners').values({ id: 'o' }).execute();
  await database.insertInto('items').values({ id: 'a', text: 'one', owner: 'o' }).execute();
});

afterEach(async () => {
  await database.destroy();
  await rm(folder, { recursive: true });
});

const query = 'select "text", "id" from items where id = ?';

async function find(id = 'a'): Promise<readonly unknown[]> {
  return (await database.executeQuery(CompiledQuery.raw(query, [id]))).rows;
}

function timesRun(): number {
  return ran.filter((text) => text === query).length;
}

async function write(text: string): Promise<void> {
  await sql.raw(text).execute(database);
}

describe('a statement that was run before', () => {
  it('does not run again while nothing has changed', async () => {
    const [first] = await find();
    await write("insert into log values ('of no concern')");
    expect(await find()).toEqual([{ text: 'one', id: 'a' }]);
    expect((await find())[0]).toBe(first);
    expect(timesRun()).toBe(1);
  });

  it('runs for each of its parameters', async () => {
    await find('a');
    expect(await find('b')).toEqual([]);
    await write("insert into items values ('b', 'two', null)");
    expect(await find('b')).toEqual([{ text: 'two', id: 'b' }]);
  });

  it.each([
    ['an update', "update items set text = 'two'", [{ text: 'two', id: 'a' }]],
    ['a deletion', 'delete from items', []],
    ['a trigger', "insert into noted values ('a')", [{ text: 'noted', id: 'a' }]],
    ['a cascade', 'delete from owners', []],
    ['another column', 'alter table items add column more text', [{ text: 'one', id: 'a' }]],
  ])('sees %s', async (_, change, found) => {
    await find();
    await write(change);
    expect(await find()).toEqual(found);
    expect(timesRun()).toBe(2);
  });

  it('sees what another connection has committed', async () => {
    await find();
    const other = new DatabaseSync(join(folder, 'kici.db'));
    other.exec("update items set text = 'theirs'");
    other.close();
    expect(await find()).toEqual([{ text: 'theirs', id: 'a' }]);
  });

  it('sees a column that another connection has added', async () => {
    const all = CompiledQuery.raw('select * from items');
    await database.executeQuery(all);
    const other = new DatabaseSync(join(folder, 'kici.db'));
    other.exec("alter table items add column more text default 'more'");
    other.close();
    expect((await database.executeQuery(all)).rows).toEqual([{ id: 'a', text: 'one', owner: 'o', more: 'more' }]);
  });

  it('sees a transaction when it is over, and nothing of one that is undone', async () => {
    await find();
    const undone = database.transaction().execute(async (transaction) => {
      await transaction.updateTable('items').set({ text: 'undone' }).execute();
      throw new Error('undone');
    });
    const meanwhile = find();
    await expect(undone).rejects.toThrow('undone');
    expect(await meanwhile).toEqual([{ text: 'one', id: 'a' }]);
    await database
      .transaction()
      .execute((transaction) => transaction.updateTable('items').set({ text: 'done' }).execute());
    expect(await find()).toEqual([{ text: 'done', id: 'a' }]);
  });

  it('gives rows that nobody can change for others', async () => {
    const shared = [...(await find()), ...(await cellsOf(database, CompiledQuery.raw(query, ['a'])))];
    expect(shared.map((one) => Object.isFrozen(one))).toEqual([true, true]);
    await write('create table sealed (id text, bytes blob)');
    await write("insert into sealed values ('a', x'0102')");
    const all = sql<{ id: string; bytes: Uint8Array }>`select * from sealed`.compile(database);
    for (let time = 0; time < 3; time += 1) {
      const [row] = (await database.executeQuery(all)).rows;
      expect(row).toEqual({ id: 'a', bytes: new Uint8Array([1, 2]) });
      row?.bytes.fill(0);
      const [cells] = await cellsOf(database, all);
      expect(cells).toEqual(['a', new Uint8Array([1, 2])]);
      if (cells?.[1] instanceof Uint8Array) cells[1].fill(0);
    }
  });

  it('sees another view of the same name', async () => {
    const view = CompiledQuery.raw('select x from v');
    for (const text of ['create table v1 (x text)', 'create table v2 (x text)', 'create view v as select x from v1'])
      await write(text);
    await database.executeQuery(view);
    await write('drop view v');
    await write('create view v as select x from v2');
    expect((await database.executeQuery(view)).rows).toEqual([]);
    await write("insert into v2 values ('new')");
    expect((await database.executeQuery(view)).rows).toEqual([{ x: 'new' }]);
  });

  const trigger = "create trigger later after insert on log begin update items set text = new.text where id = 'a'; end";

  it.each([
    ['this one', () => write(trigger)],
    [
      'another',
      async () => {
        const other = new DatabaseSync(join(folder, 'kici.db'));
        other.exec(trigger);
        other.close();
        // Whoever looks learns of it.
        await find();
      },
    ],
    [
      'a transaction that undoes its removal again',
      async () => {
        await write(trigger);
        const undone = database.transaction().execute(async (transaction) => {
          await sql.raw('drop trigger later').execute(transaction);
          await sql.raw("insert into log values ('without it')").execute(transaction);
          throw new Error('undone');
        });
        await expect(undone).rejects.toThrow('undone');
      },
    ],
  ])('sees what a trigger has done that is newer than the statement that fires it: by %s', async (_, create) => {
    await write("insert into log values ('without it')");
    await create();
    await find();
    await write("insert into log values ('without it')");
    expect(await find()).toEqual([{ text: 'without it', id: 'a' }]);
    await write("update items set text = 'one'");
    expect(await find()).toEqual([{ text: 'one', id: 'a' }]);
    await write("insert into log values ('without it')");
    expect(await find()).toEqual([{ text: 'without it', id: 'a' }]);
  });

  it('sees another name of a column, by whichever connection', async () => {
    const all = CompiledQuery.raw('select * from owners');
    await database.executeQuery(all);
    const other = new DatabaseSync(join(folder, 'kici.db'));
    other.exec('alter table owners rename column id to name');
    other.close();
    expect((await database.executeQuery(all)).rows).toEqual([{ name: 'o' }]);
    await write('alter table owners rename column name to id');
    expect((await database.executeQuery(all)).rows).toEqual([{ id: 'o' }]);
  });

  it('sees what a statement has done before it failed', async () => {
    await write("insert into items values ('b', 'two', null)");
    await find();
    await write('create unique index once on items (text)');
    await find();
    await expect(write("update or fail items set text = 'same' where id >= 'a'")).rejects.toThrow('UNIQUE');
    expect(await find()).toEqual([{ text: 'same', id: 'a' }]);
  });

  it.each(['random() % 9', 'unixepoch()', "datetime('now')", 'current_timestamp', 'total_changes()'])(
    'runs again where %s decides what it finds',
    async (expression) => {
      const text = `select ${expression} as now, id from items`;
      await database.executeQuery(CompiledQuery.raw(text));
      await database.executeQuery(CompiledQuery.raw(text));
      expect(ran.filter((one) => one === text)).toHaveLength(2);
    },
  );

  it.each(["id like 'A'", 'length(id) = 1', "replace(id, 'a', '') = ''", 'id = (select max(id) from items)'])(
    'does not run again where %s decides what it finds',
    async (condition) => {
      const text = `select count(*) as n from items where ${condition}`;
      await database.executeQuery(CompiledQuery.raw(text));
      expect((await database.executeQuery(CompiledQuery.raw(text))).rows).toEqual([{ n: 1 }]);
      expect(ran.filter((one) => one === text)).toHaveLength(1);
    },
  );

  it('is forgotten when it is one of too many, and so is what is long, be it found or asked for', async () => {
    for (let index = 0; index < 2_500; index += 1) await find(`x${index}`);
    ran = [];
    await find('x0');
    await find('x2499');
    expect(timesRun()).toBe(1);
    await write(`insert into items values ('long', '${'x'.repeat(5_000)}', null)`);
    ran = [];
    await find('long');
    await find('long');
    expect(timesRun()).toBe(2);
    ran = [];
    await find('x'.repeat(5_000));
    await find('x'.repeat(5_000));
    expect(timesRun()).toBe(2);
  });
});
