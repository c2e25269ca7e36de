import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { requireCompatible } from '../../src/database/compatibility.ts';
import { migrate, type MigrationSet } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';

interface Tables {
  readonly things: { id: string };
}

const first: MigrationSet['migrations'] = {
  '0001_things': {
    oldest: '0001_things',
    up: (database) => database.schema.createTable('things').addColumn('id', 'text').execute(),
  },
};
const second: MigrationSet['migrations'] = {
  ...first,
  '0002_names': {
    oldest: '0001_things',
    up: (database) => database.schema.alterTable('things').addColumn('name', 'text').execute(),
  },
};
const third: MigrationSet['migrations'] = {
  ...second,
  '0003_no_names': {
    oldest: '0003_no_names',
    up: (database) => database.schema.alterTable('things').dropColumn('name').execute(),
  },
};
const broken: MigrationSet['migrations'] = {
  ...first,
  '0002_broken': {
    oldest: '0001_things',
    async up(database) {
      await database.schema.alterTable('things').addColumn('half', 'text').execute();
      await sql`alter table no_such_table add column name text`.execute(database);
    },
  },
};

async function open(): Promise<{ database: Kysely<Tables>; again: () => Kysely<Tables> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-database-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const again = (): Kysely<Tables> => {
    const database = openDatabase<Tables>(join(folder, 'data', 'kici.db'));
    onTestFinished(() => database.destroy());
    return database;
  };
  return { database: again(), again };
}

describe('migrations', () => {
  it('run once, and later ones are added', async () => {
    const { database } = await open();
    await migrate(database, [{ owner: 'shop', migrations: first }]);
    await database.insertInto('things').values({ id: 'kept' }).execute();
    for (let start = 0; start < 2; start += 1) await migrate(database, [{ owner: 'shop', migrations: second }]);
    expect(await database.selectFrom('things').selectAll().execute()).toEqual([{ id: 'kept', name: null }]);
  });

  it('of several owners do not know of each other', async () => {
    const { database } = await open();
    await migrate(database, [
      { owner: 'shop', migrations: first },
      {
        owner: 'other',
        migrations: {
          '0001_rest': {
            oldest: '0001_rest',
            up: (schema) => schema.schema.createTable('rest').addColumn('id', 'text').execute(),
          },
        },
      },
    ]);
    await migrate(database, [{ owner: 'shop', migrations: second }]);
  });

  it('let an older version go on beside a newer one that says so, and that version changes nothing', async () => {
    const { database } = await open();
    await migrate(database, [{ owner: 'shop', migrations: second }]);
    await migrate(database, [{ owner: 'shop', migrations: first }]);
    await requireCompatible(database, [{ owner: 'shop', migrations: first }]);
    await database.insertInto('things').values({ id: 'of the older one' }).execute();
    await migrate(database, [{ owner: 'shop', migrations: second }]);
    expect(await database.selectFrom('things').selectAll().execute()).toEqual([{ id: 'of the older one', name: null }]);
  });

  it('refuse an older version that a newer one cannot live with, at its start and while it runs', async () => {
    const { database } = await open();
    const older = [{ owner: 'shop', migrations: second }];
    await migrate(database, older);
    await requireCompatible(database, older);
    await migrate(database, [{ owner: 'shop', migrations: third }]);
    const refused = {
      code: 'newer_schema',
      message: 'the tables of shop were written by a newer version (0003_no_names), and this one cannot live with them',
    };
    await expect(migrate(database, older)).rejects.toMatchObject(refused);
    await expect(requireCompatible(database, older)).rejects.toMatchObject(refused);
    await migrate(database, [{ owner: 'shop', migrations: third }]);
  });

  it('refuse tables of a version that has not said which others can live with them', async () => {
    const { database } = await open();
    await migrate(database, [{ owner: 'shop', migrations: second }]);
    await sql`delete from compatible_migrations`.execute(database);
    await expect(migrate(database, [{ owner: 'shop', migrations: first }])).rejects.toMatchObject({
      code: 'newer_schema',
      message: expect.stringContaining('0002_names'),
    });
  });

  it('refuse a version that has another step where the newer one has its own', async () => {
    const { database } = await open();
    await migrate(database, [{ owner: 'shop', migrations: second }]);
    const other = { ...first, '0002_other': { oldest: '0001_things', up: async () => undefined } };
    await expect(migrate(database, [{ owner: 'shop', migrations: other }])).rejects.toMatchObject({
      code: 'newer_schema',
    });
  });

  it('that fail leave the tables as they were and say what failed', async () => {
    const { database } = await open();
    await migrate(database, [{ owner: 'shop', migrations: first }]);
    await expect(migrate(database, [{ owner: 'shop', migrations: broken }])).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('no_such_table'),
    });
    expect((await sql<{ name: string }>`select name from pragma_table_info('things')`.execute(database)).rows).toEqual([
      { name: 'id' },
    ]);
    await migrate(database, [{ owner: 'shop', migrations: second }]);
  });

  it('run once when two processes start together', async () => {
    const { database, again } = await open();
    await Promise.all([database, again(), again()].map((one) => migrate(one, [{ owner: 'shop', migrations: second }])));
    expect(await database.selectFrom('things').selectAll().execute()).toEqual([]);
  });
});
