import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { DatabaseError } from './errors.ts';

/** The migrations of one owner of tables, in the order of their names. */
export interface MigrationSet {
  readonly owner: string;
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Brings each owner's tables up to date.
 * @throws DatabaseError `newer_schema` when a newer version has written this database, `migration_failed`
 */
export async function migrate<Tables>(database: Kysely<Tables>, sets: readonly MigrationSet[]): Promise<void> {
  for (const { owner, migrations } of sets) {
    const migrator = new Migrator({
      db: database, provider: { getMigrations: async () => ({ ...migrations }) },
      migrationTableName: `${owner}_migrations`, migrationLockTableName: `${owner}_migration_lock`,
    });
    const applied = await migrator.getMigrations().then((all) => all.filter(({ executedAt }) => executedAt !== undefined).map(({ name }) => name), () => undefined);
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) continue;
    const foreign = error instanceof Error && error.message.startsWith('corrupted migrations') && applied !== undefined;
    if (foreign) throw new DatabaseError('newer_schema', `the tables of ${owner} were written by a newer version`, 'run the version that wrote them, or restore a backup made before it');
    throw new DatabaseError('migration_failed', `the tables of ${owner} could not be brought up to date (${error instanceof Error ? error.name : typeof error})`, 'nothing was changed; see the log, and keep a backup before trying again');
  }
}
