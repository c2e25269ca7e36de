import { sql, type Kysely, type Transaction } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import {
  compatibilityTable,
  makeCompatibilityTable,
  newerSchema,
  noteOldest,
  oldestOf,
  requireCompatible,
} from './compatibility.ts';
import { DatabaseError } from './database-error.ts';
import { DatabaseUnavailableError } from './unavailable.ts';

/** A step from one schema of an owner to the next. */
export interface SchemaChange extends Migration {
  /**
   * The name of the oldest schema of this owner whose orchestrators can go on beside it, reading and writing as before;
   * its own name: none can.
   */
  readonly oldest: string;
}

/** The migrations of one owner of tables, in the order of their names; the last one names the schema. */
export interface MigrationSet {
  readonly owner: string;
  readonly migrations: Readonly<Record<string, SchemaChange>>;
}

/**
 * Brings the tables of every owner up to date, all of them or none; one process does so while others wait. What a newer
 * version has written stays as it is, if that version says that this one can live with it.
 * @throws DatabaseError `newer_schema` if it says otherwise, `migration_failed`; DatabaseUnavailableError
 */
export async function migrate<Tables>(database: Kysely<Tables>, sets: readonly MigrationSet[]): Promise<void> {
  // Not serializable: whoever has waited for the lock must see what the one before did.
  await database.transaction().execute(async (transaction) => {
    await lock(transaction);
    // Asked first: who may only read and write needs no other right where somebody else has made the tables.
    if (!(await tableExists(transaction, compatibilityTable))) await makeCompatibilityTable(transaction);
    for (const set of sets) await migrateOwner(transaction, set);
  });
}

async function migrateOwner<Tables>(transaction: Transaction<Tables>, set: MigrationSet): Promise<void> {
  const { owner, migrations } = set;
  const applied = (await tableExists(transaction, tableOf(owner))) ? await appliedMigrations(transaction, owner) : [];
  const foreign = applied.filter((name) => !Object.hasOwn(migrations, name));
  if (foreign.length > 0) {
    // One that a newer version has passed over would be made in the wrong order.
    const isWhole = Object.keys(migrations).every((name) => applied.includes(name));
    if (!isWhole || (await oldestOf(transaction, owner)) === undefined) throw newerSchema(owner, foreign);
    await requireCompatible(transaction, [set]);
    return;
  }
  const { error } = await new Migrator({
    db: transaction,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: tableOf(owner),
    migrationLockTableName: `${owner}_migration_lock`,
  }).migrateToLatest();
  if (error === undefined) {
    await noteOldest(transaction, set);
    return;
  }
  if (DatabaseUnavailableError.is(error)) throw error;
  throw new DatabaseError(
    'migration_failed',
    `the tables of ${owner} could not be brought up to date: ${error instanceof Error ? error.message : typeof error}`,
    'nothing was changed; remove the cause and start again',
  );
}

/** Whether every migration was applied, and no other. */
export async function isUpToDate<Tables>(database: Kysely<Tables>, sets: readonly MigrationSet[]): Promise<boolean> {
  for (const { owner, migrations } of sets) {
    if (!(await tableExists(database, tableOf(owner)))) return false;
    const applied = await appliedMigrations(database, owner);
    if (applied.toSorted().join() !== Object.keys(migrations).toSorted().join()) return false;
  }
  return true;
}

/** An embedded database is locked by the transaction itself. */
async function lock<Tables>(transaction: Transaction<Tables>): Promise<void> {
  const { adapter } = transaction.getExecutor();
  await adapter.acquireMigrationLock(transaction, { lockTable: '', lockRowId: '' });
}

function tableOf(owner: string): string {
  return `${owner}_migrations`;
}

async function tableExists<Tables>(database: Kysely<Tables>, table: string): Promise<boolean> {
  const tables = await database.introspection.getTables();
  return tables.some(({ name }) => name === table);
}

async function appliedMigrations<Tables>(database: Kysely<Tables>, owner: string): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(tableOf(owner))}`.execute(database);
  return rows.map(({ name }) => name);
}
