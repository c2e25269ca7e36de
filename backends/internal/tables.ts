import { sql, type ColumnType, type Kysely } from 'kysely';
import { keepReversedScopes } from './reversed-scopes.ts';

/** Versions count up from 1 per secret. Times are Unix milliseconds. */
export interface InternalTables {
  readonly internal_scopes: {
    organization: string;
    scope: string;
    created_at: number;
    /** The scope backwards, for searches by its end; the database keeps it, also for writers that do not know of it. */
    reversed: ColumnType<string, undefined, never>;
  };
  readonly internal_secrets: {
    organization: string;
    scope: string;
    key: string;
    /** Null: the name is declared, or deleted for good, and has no value. */
    version: number | null;
    /** The highest version ever used here, so that a version never means two values. */
    last_version: number;
    /** 1: the secret is deleted. The row keeps `last_version`, and `version` while it can be restored. */
    deleted: number;
    updated_at: number;
    /** Covers the rest of the row. */
    seal: string | null;
  };
  readonly internal_versions: {
    organization: string;
    scope: string;
    key: string;
    version: number;
    sealed: Uint8Array;
    created_at: number;
  };
}

/** Column types are PostgreSQL's; SQLite accepts any, and keeps bytes as bytes in a `bytea` column. */
export const internalMigrations = {
  owner: 'internal',
  migrations: {
    '0001_secrets': {
      oldest: '0001_secrets',
      async up(database: Kysely<unknown>): Promise<void> {
        await database.schema
          .createTable('internal_scopes')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('scope', 'text', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('internal_scopes_pk', ['organization', 'scope'])
          .execute();
        await database.schema
          .createTable('internal_secrets')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('scope', 'text', (column) => column.notNull())
          .addColumn('key', 'text', (column) => column.notNull())
          .addColumn('version', 'bigint')
          .addColumn('last_version', 'bigint', (column) => column.notNull())
          .addColumn('deleted', 'integer', (column) => column.notNull())
          .addColumn('updated_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('internal_secrets_pk', ['organization', 'scope', 'key'])
          .execute();
        await database.schema
          .createTable('internal_versions')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('scope', 'text', (column) => column.notNull())
          .addColumn('key', 'text', (column) => column.notNull())
          .addColumn('version', 'bigint', (column) => column.notNull())
          .addColumn('sealed', 'bytea', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('internal_versions_pk', ['organization', 'scope', 'key', 'version'])
          .execute();
      },
    },
    '0002_renames': {
      oldest: '0002_renames',
      async up(database: Kysely<unknown>): Promise<void> {
        await database.schema
          .createTable('internal_renames')
          .addColumn('organization', 'text', (column) => column.primaryKey())
          .addColumn('count', 'bigint', (column) => column.notNull())
          .execute();
      },
    },
    '0003_seals': {
      oldest: '0003_seals',
      async up(database: Kysely<unknown>): Promise<void> {
        await database.schema.alterTable('internal_secrets').addColumn('seal', 'text').execute();
      },
    },
    '0004_expired': {
      oldest: '0004_expired',
      async up(database: Kysely<unknown>): Promise<void> {
        await database.schema
          .createIndex('internal_deleted')
          .on('internal_secrets')
          .column('updated_at')
          .where(sql.ref('deleted'), '=', sql.lit(1))
          .where(sql.ref('version'), 'is not', null)
          .execute();
      },
    },
    '0005_deleted_scopes': {
      // Older versions count renames in the table that goes.
      oldest: '0005_deleted_scopes',
      async up(database: Kysely<unknown>): Promise<void> {
        await database.schema
          .createIndex('internal_deleted_scopes')
          .on('internal_secrets')
          .columns(['organization', 'scope'])
          .where(sql.ref('deleted'), '=', sql.lit(1))
          .where(sql.ref('version'), 'is not', null)
          .execute();
        await database.schema.dropTable('internal_renames').execute();
      },
    },
    '0006_reversed_scopes': { oldest: '0005_deleted_scopes', up: keepReversedScopes },
  },
};
