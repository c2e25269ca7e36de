import type { Kysely } from 'kysely';
import type { MigrationSet } from '../../database/migrate.ts';

/** Where an installation comes from that is moved into this database. */
export interface MoveTables {
  /** One row, while and after a move; none where the installation was made here. */
  readonly data_moves: {
    id: number;
    /** What the source held, so that a move goes on from the same or not at all. */
    source: string;
    /** 1: everything is here, and was verified. */
    done: number;
  };
}

export const moveMigrations: MigrationSet = {
  owner: 'move',
  migrations: {
    '0001_tables': {
      oldest: '0001_tables',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('data_moves')
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('source', 'text', (column) => column.notNull())
          .addColumn('done', 'integer', (column) => column.notNull())
          .execute();
      },
    },
  },
};
