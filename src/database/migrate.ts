import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { DatabaseError } from './database-error.ts';

/** The migrations of one owner of tables, in the order of their names. */
export interface MigrationSet {
  readonly owner: string;
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Brings each owner's tables up to date.
 * @throws DatabaseError `newer_schema` if a newer version has written this database, `migration_failed`
 */
export async function migrate<Tables>(database: Kysely<Tables>, sets: readonly MigrationSet[]): Promise<void> {
  for (const { owner, migrations } of sets) {
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: async () => ({ ...migrations }) },
      migrationTableName: `${owner}_migrations`,
      migrationLockTableName: `${owner}_migration_lock`,
    });
    const foreign = (await appliedMigrations(database, owner)).filter((name) => !Object.hasOwn(migrations, name));
    if (foreign.length > 0) {
      throw new DatabaseError(
        'newer_schema',
        `the tables of ${owner} were written by a newer version (${foreign.join(', ')})`,
        'run the version that wrote them, or restore a backup made before it',
      );
    }
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) continue;
    throw new DatabaseError(
      'migration_failed',
      `the tables of ${owner} could not be brought up to date: ${error instanceof Error ? error.message : typeof error}`,
      'nothing was changed; remove the cause and start again',
    );
  }
}

async function appliedMigrations<Tables>(database: Kysely<Tables>, owner: string): Promise<readonly string[]> {
  const table = `${owner}_migrations`;
  const tables = await database.introspection.getTables();
  if (!tables.some(({ name }) => name === table)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(database);
  return rows.map(({ name }) => name);
}
