import { sql, type Kysely } from 'kysely';
import { DatabaseError } from './database-error.ts';

/** As much of a set of migrations as compatibility depends on. */
interface Declared {
  readonly owner: string;
  readonly migrations: Readonly<Record<string, { readonly oldest: string }>>;
}

/** Which schema each owner's orchestrators must know at least: for versions that do not know the newest one. */
export const compatibilityTable = 'compatible_migrations';

export async function makeCompatibilityTable<Tables>(database: Kysely<Tables>): Promise<void> {
  await database.schema
    .createTable(compatibilityTable)
    .addColumn('owner', 'text', (column) => column.primaryKey())
    .addColumn('oldest', 'text', (column) => column.notNull())
    .execute();
}

/** Belongs into the transaction that has made the schema. */
export async function noteOldest<Tables>(transaction: Kysely<Tables>, { owner, migrations }: Declared): Promise<void> {
  const oldest = newest(Object.values(migrations).map((one) => one.oldest));
  await sql`insert into ${sql.table(compatibilityTable)} (owner, oldest) values (${owner}, ${oldest})
    on conflict (owner) do update set oldest = excluded.oldest`.execute(transaction);
}

/** Undefined where no version has said it. */
export async function oldestOf<Tables>(database: Kysely<Tables>, owner: string): Promise<string | undefined> {
  return (await everyOldest(database)).get(owner);
}

/**
 * Whether this version can live with the tables as they are now.
 * @throws DatabaseError `newer_schema`
 */
export async function requireCompatible<Tables>(database: Kysely<Tables>, sets: readonly Declared[]): Promise<void> {
  const needed = await everyOldest(database);
  for (const { owner, migrations } of sets) {
    const oldest = needed.get(owner);
    if (oldest !== undefined && newest(Object.keys(migrations)) < oldest) throw newerSchema(owner, [oldest]);
  }
}

export function newerSchema(owner: string, unknown: readonly string[]): DatabaseError {
  return new DatabaseError(
    'newer_schema',
    `the tables of ${owner} were written by a newer version (${unknown.join(', ')}), and this one cannot live with them`,
    'run that version or a later one, or restore a backup made before it',
  );
}

async function everyOldest<Tables>(database: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{
    owner: string;
    oldest: string;
  }>`select owner, oldest from ${sql.table(compatibilityTable)}`.execute(database);
  return new Map(rows.map(({ owner, oldest }) => [owner, oldest]));
}

/** Names of migrations begin with their number. */
function newest(names: readonly string[]): string {
  return names.reduce((left, right) => (left < right ? right : left), '');
}
