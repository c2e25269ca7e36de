import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CompiledQuery, sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cellsNow, rowsNow } from '../../src/database/cells-of.ts';
import { openDatabase } from '../../src/database/open.ts';

interface Tables {
  items: { text: string };
}

let folder: string;
let database: Kysely<Tables>;
let other: DatabaseSync;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kici-looks-'));
  database = openDatabase<Tables>(join(folder, 'kici.db'));
  await sql`create table items (text text)`.execute(database);
  await sql`insert into items values ('before')`.execute(database);
  other = new DatabaseSync(join(folder, 'kici.db'));
});

afterEach(async () => {
  other.close();
  await database.destroy();
  await rm(folder, { recursive: true });
});

const query = CompiledQuery.raw('select text from items');

const theirs = (): void => {
  other.exec("update items set text = 'theirs'");
};
const asOfTurn = (): readonly unknown[] | undefined => rowsNow(database, query);

describe('what another connection has committed', () => {
  it('is seen by whoever looks, and from then on by who relies on that', () => {
    asOfTurn();
    theirs();
    expect(cellsNow(database, query)).toEqual([['theirs']]);
    expect(asOfTurn()).toEqual([{ text: 'theirs' }]);
  });

  it('is seen in the next turn of the event loop by who relies on a look', async () => {
    asOfTurn();
    theirs();
    await nextTurn();
    expect(asOfTurn()).toEqual([{ text: 'theirs' }]);
  });

  it('is seen in the same turn by who relies on the look of one who could not look', async () => {
    cellsNow(database, query);
    theirs();
    await database.transaction().execute(async () => {
      // As a request would whose caller has to be waited for.
      expect(cellsNow(database, query)).toBeUndefined();
    });
    expect(asOfTurn()).toEqual([{ text: 'theirs' }]);
  });

  it('is not looked for twice in a turn by who relies on a look', () => {
    cellsNow(database, query);
    theirs();
    expect(asOfTurn()).toEqual([{ text: 'before' }]);
  });
});
