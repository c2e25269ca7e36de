import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allMigrations } from '../../src/composition/all-tables.ts';
import { migrate, type MigrationSet } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';

interface Column {
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
}

/** What an orchestrator sees of a schema: tables, columns, and what has to be different in every row. */
type Shape = ReadonlyMap<string, { readonly columns: ReadonlyMap<string, Column>; readonly unique: readonly string[] }>;

async function shapeOf(sets: readonly MigrationSet[]): Promise<Shape> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-shape-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'kici.db');
  const database = openDatabase(file);
  await migrate(database, sets);
  await database.destroy();
  const opened = new DatabaseSync(file, { readOnly: true });
  const tables = opened.prepare("select name from sqlite_master where type = 'table'").all();
  const shape = tables.map(({ name }) => {
    const columns = opened
      .prepare('select name, type, "notnull", dflt_value from pragma_table_info(?)')
      .all(String(name));
    const unique = opened.prepare(
      `select group_concat(i.name order by i.seqno) as columns from pragma_index_list(?) as l, pragma_index_info(l.name) as i
        where l."unique" = 1 group by l.name`,
    );
    return [
      String(name),
      {
        columns: new Map(
          columns.map((column) => [
            String(column['name']),
            {
              type: String(column['type']),
              notnull: Number(column['notnull']),
              dflt_value: column['dflt_value'] === null ? null : String(column['dflt_value']),
            },
          ]),
        ),
        unique: unique.all(String(name)).map((row) => String(row['columns'])),
      },
    ] as const;
  });
  opened.close();
  return new Map(shape);
}

/** Why an orchestrator that knows the first schema could not go on with the second. */
function hindrances(before: Shape, after: Shape): readonly string[] {
  return [...before].flatMap(([name, table]) => {
    const now = after.get(name);
    if (now === undefined) return [`the table ${name} is gone`];
    const changed = [...table.columns].flatMap(([column, was]) => {
      const is = now.columns.get(column);
      if (is === undefined) return [`${name}.${column} is gone`];
      return is.type === was.type && is.notnull === was.notnull ? [] : [`${name}.${column} is another`];
    });
    const added = [...now.columns].flatMap(([column, { notnull, dflt_value }]) =>
      table.columns.has(column) || notnull === 0 || dflt_value !== null ? [] : [`${name}.${column} has to be given`],
    );
    const unique = now.unique.filter((columns) => !table.unique.includes(columns));
    return [...changed, ...added, ...unique.map((columns) => `${name} refuses two rows with the same ${columns}`)];
  });
}

const oldestOf = ({ migrations }: MigrationSet): string =>
  Object.values(migrations).reduce((left, { oldest }) => (left < oldest ? oldest : left), '');

/** A set as the oldest version knew it that is said to live with the newest. */
function asOldest(set: MigrationSet): MigrationSet {
  const known = Object.entries(set.migrations).filter(([name]) => name <= oldestOf(set));
  return { owner: set.owner, migrations: Object.fromEntries(known) };
}

describe('every schema can be lived with by the oldest version that it names', () => {
  it.each(allMigrations.map((set): [string, MigrationSet] => [set.owner, set]))('%s', async (_, set) => {
    expect(Object.keys(set.migrations)).toContain(oldestOf(set));
    expect(hindrances(await shapeOf([asOldest(set)]), await shapeOf([set]))).toEqual([]);
  });

  it.each([
    ['drops a table', 'drop table things', 'the table things is gone'],
    ['drops a column', 'alter table things drop column name', 'things.name is gone'],
    [
      'asks for more',
      'drop table things; create table things (id text, name text, more text not null)',
      'things.more has to be given',
    ],
    ['renames', 'alter table things rename column name to title', 'things.name is gone'],
    ['refuses rows', 'create unique index one on things (name)', 'things refuses two rows with the same name'],
    ['adds a column', 'alter table things add column more text', undefined],
    ['adds a table', 'create table more (id text)', undefined],
  ])('a step that %s is seen for what it is', async (_, statement, hindrance) => {
    const first = {
      oldest: '0001',
      up: async (database: Parameters<MigrationSet['migrations'][string]['up']>[0]) =>
        void (await sql`create table things (id text, name text)`.execute(database)),
    };
    const second: typeof first = {
      oldest: '0001',
      up: async (database) => {
        for (const one of statement.split('; ')) await sql.raw(one).execute(database);
      },
    };
    const [before, after] = [{ '0001': first }, { '0001': first, '0002': second }];
    const found = hindrances(
      await shapeOf([{ owner: 'shop', migrations: before }]),
      await shapeOf([{ owner: 'shop', migrations: after }]),
    );
    expect(found).toEqual(hindrance === undefined ? [] : [hindrance]);
  });
});
