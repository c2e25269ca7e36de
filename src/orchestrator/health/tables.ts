import type { Kysely } from 'kysely';
import type { MigrationSet } from '../../database/migrate.ts';

/** The table that readiness writes to. */
export interface HealthTables {
  /** A single row, rewritten to find out whether writing works. */
  readonly write_probes: { id: number; at: number };
}

export const healthMigrations: MigrationSet = {
  owner: 'health',
  migrations: {
    '0001_tables': {
      oldest: '0001_tables',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('write_probes')
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('at', 'bigint', (column) => column.notNull())
          .execute();
      },
    },
  },
};
