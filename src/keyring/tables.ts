import type { Kysely } from 'kysely';
import type { MigrationSet } from '../database/migrate.ts';

/** The tables that hold wrapped data keys. */
export interface KeyringTables {
  readonly data_keys: {
    id: string;
    organization: string;
    purpose: string;
    kek: string;
    wrapped: Uint8Array;
    created_at: number;
  };
  /** Which data key seals new values. */
  readonly active_data_keys: { organization: string; purpose: string; id: string };
  /** A single row, wrapped by the key-encryption key, which a wrong key cannot unwrap. */
  readonly key_check: { id: string; kek: string; wrapped: Uint8Array };
}

export const keyringMigrations: MigrationSet = {
  owner: 'keyring',
  migrations: {
    '0001_keys': {
      oldest: '0001_keys',
      async up(database: Kysely<unknown>) {
        await database.schema
          .createTable('data_keys')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('purpose', 'text', (column) => column.notNull())
          .addColumn('kek', 'text', (column) => column.notNull())
          .addColumn('wrapped', 'bytea', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .execute();
        await database.schema
          .createTable('active_data_keys')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('purpose', 'text', (column) => column.notNull())
          .addColumn('id', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('active_data_keys_pk', ['organization', 'purpose'])
          .execute();
        await database.schema
          .createTable('key_check')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('kek', 'text', (column) => column.notNull())
          .addColumn('wrapped', 'bytea', (column) => column.notNull())
          .execute();
      },
    },
  },
};
