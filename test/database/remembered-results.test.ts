import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  it('gives rows that nobody can change', async () => {
    const [row] = await find();
    expect(Object.isFrozen(row)).toBe(true);
  });

  it('is forgotten when it is one of too many, and so is a long result', async () => {
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
  });
});
