import { sql, type Kysely } from 'kysely';
import type { MigrationSet } from '../database/migrate.ts';

/** Column types are PostgreSQL's; SQLite accepts any, and keeps bytes as bytes in a `bytea` column. */
export const orchestratorMigrations: MigrationSet = {
  owner: 'orchestrator',
  migrations: {
    '0001_tables': {
      oldest: '0001_tables',
      async up(database: Kysely<unknown>) {
        const { schema } = database;
        await schema
          .createTable('organizations')
          .addColumn('name', 'text', (column) => column.primaryKey())
          .addColumn('generation', 'bigint', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .execute();
        await schema
          .createTable('environments')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('name', 'text', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('environments_pk', ['organization', 'name'])
          .execute();
        await schema
          .createTable('bindings')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('environment', 'text', (column) => column.notNull())
          .addColumn('scope', 'text', (column) => column.notNull())
          .addColumn('host', 'text', (column) => column.notNull())
          .addColumn('priority', 'integer', (column) => column.notNull())
          .addColumn('prefix', 'text')
          .addColumn('map', 'text')
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .execute();
        await schema
          .createIndex('bindings_of_environment')
          .on('bindings')
          .columns(['organization', 'environment'])
          .execute();
        await schema
          .createTable('variables')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('environment', 'text', (column) => column.notNull())
          .addColumn('name', 'text', (column) => column.notNull())
          .addColumn('value', 'text', (column) => column.notNull())
          .addColumn('locked', 'integer', (column) => column.notNull())
          .addColumn('updated_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('variables_pk', ['organization', 'environment', 'name'])
          .execute();
        await schema
          .createTable('backends')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('name', 'text', (column) => column.notNull())
          .addColumn('type', 'text', (column) => column.notNull())
          .addColumn('settings', 'text', (column) => column.notNull())
          .addColumn('secret_settings', 'bytea')
          .addColumn('optional', 'integer', (column) => column.notNull())
          .addColumn('cache_max_age_ms', 'bigint', (column) => column.notNull())
          .addColumn('serve_stale_ms', 'bigint', (column) => column.notNull())
          .addColumn('generation', 'bigint', (column) => column.notNull())
          .addColumn('written', 'bigint', (column) => column.notNull())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addColumn('updated_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('backends_pk', ['organization', 'name'])
          .execute();
        await schema
          .createTable('tokens')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('organization', 'text')
          .addColumn('name', 'text', (column) => column.notNull())
          .addColumn('role', 'text', (column) => column.notNull())
          .addColumn('hash', 'text', (column) => column.notNull().unique())
          .addColumn('scopes', 'text')
          .addColumn('environments', 'text')
          .addColumn('agent', 'text')
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addColumn('expires_at', 'bigint')
          .addColumn('revoked_at', 'bigint')
          .execute();
        await schema
          .createTable('jobs')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('environment', 'text', (column) => column.notNull())
          .addColumn('workflow', 'text', (column) => column.notNull())
          .addColumn('job', 'text', (column) => column.notNull())
          .addColumn('token_id', 'text', (column) => column.notNull())
          .addColumn('token_hash', 'text', (column) => column.notNull().unique())
          .addColumn('session_key', 'bytea', (column) => column.notNull())
          .addColumn('catalogue', 'text', (column) => column.notNull())
          .addColumn('scopes', 'text')
          .addColumn('opened_at', 'bigint', (column) => column.notNull())
          .addColumn('expires_at', 'bigint', (column) => column.notNull())
          .addColumn('closed_at', 'bigint')
          .execute();
        await schema.createIndex('jobs_by_expiry').on('jobs').column('expires_at').execute();
        await schema.createIndex('jobs_by_token').on('jobs').column('token_id').execute();
        await schema
          .createTable('audit_rows')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('sequence', 'bigint', (column) => column.notNull())
          .addColumn('at', 'bigint', (column) => column.notNull())
          .addColumn('phase', 'text', (column) => column.notNull())
          .addColumn('operation', 'text', (column) => column.notNull())
          .addColumn('actor', 'text', (column) => column.notNull())
          .addColumn('subject', 'text', (column) => column.notNull())
          .addColumn('result', 'text')
          .addColumn('intent', 'bigint')
          .addColumn('mac', 'text', (column) => column.notNull())
          .addPrimaryKeyConstraint('audit_rows_pk', ['organization', 'sequence'])
          .execute();
      },
    },
    '0002_which_backend': {
      oldest: '0002_which_backend',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .alterTable('backends')
          .addColumn('added', 'bigint', (column) => column.notNull().defaultTo(0))
          .execute();
        // Older jobs do not know which backends they began with, and get nothing more.
        await schema
          .alterTable('jobs')
          .addColumn('backends', 'text', (column) => column.notNull().defaultTo('{}'))
          .execute();
      },
    },
    '0003_seals': {
      oldest: '0003_seals',
      async up({ schema }: Kysely<unknown>) {
        for (const table of ['organizations', 'environments', 'tokens', 'jobs'])
          await schema.alterTable(table).addColumn('seal', 'text').execute();
        await schema.alterTable('environments').addColumn('variables_seal', 'text').execute();
      },
    },
    '0004_skip_deleted': {
      oldest: '0004_skip_deleted',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .alterTable('bindings')
          .addColumn('skip_deleted', 'integer', (column) => column.notNull().defaultTo(0))
          .execute();
      },
    },
    '0005_backend_deadline': {
      oldest: '0005_backend_deadline',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .alterTable('backends')
          .addColumn('deadline_ms', 'bigint', (column) => column.notNull().defaultTo(10_000))
          .execute();
      },
    },
    '0006_policy': {
      oldest: '0006_policy',
      async up({ schema }: Kysely<unknown>) {
        await schema.alterTable('organizations').addColumn('policy', 'text').execute();
      },
    },
    '0007_sign_ins': {
      oldest: '0007_sign_ins',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('sign_ins')
          .addColumn('id', 'text', (column) => column.primaryKey())
          .addColumn('token_id', 'text', (column) => column.notNull())
          .addColumn('organization', 'text')
          .addColumn('home', 'text', (column) => column.notNull())
          .addColumn('hash', 'text', (column) => column.notNull().unique())
          .addColumn('created_at', 'bigint', (column) => column.notNull())
          .addColumn('used_at', 'bigint', (column) => column.notNull())
          .addColumn('expires_at', 'bigint', (column) => column.notNull())
          .addColumn('seal', 'text')
          .execute();
        await schema.createIndex('sign_ins_by_token').on('sign_ins').column('token_id').execute();
        await schema
          .createTable('sign_in_codes')
          .addColumn('hash', 'text', (column) => column.primaryKey())
          .addColumn('token_id', 'text', (column) => column.notNull())
          .addColumn('organization', 'text')
          .addColumn('home', 'text', (column) => column.notNull())
          .addColumn('expires_at', 'bigint', (column) => column.notNull())
          .addColumn('seal', 'text')
          .execute();
      },
    },
    '0008_job_catalogues': {
      oldest: '0008_job_catalogues',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('job_catalogues')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('digest', 'text', (column) => column.notNull())
          .addColumn('catalogue', 'text', (column) => column.notNull())
          .addColumn('used_at', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('job_catalogues_pk', ['organization', 'digest'])
          .execute();
      },
    },
    '0009_audit_heads': {
      oldest: '0008_job_catalogues',
      async up(database: Kysely<unknown>) {
        await database.schema
          .createTable('audit_heads')
          .addColumn('organization', 'text', (column) => column.primaryKey())
          .addColumn('sequence', 'bigint', (column) => column.notNull())
          .addColumn('mac', 'text', (column) => column.notNull())
          .addColumn('cut', 'bigint', (column) => column.notNull().defaultTo(0))
          .addColumn('removed', 'bigint', (column) => column.notNull().defaultTo(0))
          .execute();
        await sql`insert into audit_heads (organization, sequence, mac)
          select audit_rows.organization, audit_rows.sequence, audit_rows.mac
          from audit_rows join (select organization, max(sequence) as sequence from audit_rows group by organization) last
          on audit_rows.organization = last.organization and audit_rows.sequence = last.sequence`.execute(database);
        await database.schema
          .createTable('audit_checkpoints')
          .addColumn('organization', 'text', (column) => column.primaryKey())
          .addColumn('sequence', 'bigint', (column) => column.notNull())
          .addColumn('at', 'bigint', (column) => column.notNull())
          .execute();
        await database.schema
          .createTable('audit_sink')
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('problem', 'text')
          .execute();
      },
    },
    '0010_audit_breaks': {
      oldest: '0008_job_catalogues',
      async up(database: Kysely<unknown>) {
        await sql`create index audit_rows_breaks on audit_rows (organization, sequence)
          where phase = 'break' or operation = 'audit.acknowledge'`.execute(database);
      },
    },
    '0011_recent_writes': {
      oldest: '0008_job_catalogues',
      async up({ schema }: Kysely<unknown>) {
        await schema
          .createTable('recent_writes')
          .addColumn('organization', 'text', (column) => column.notNull())
          .addColumn('backend', 'text', (column) => column.notNull())
          .addColumn('added', 'bigint', (column) => column.notNull())
          .addColumn('name', 'text', (column) => column.notNull())
          .addColumn('version', 'bigint', (column) => column.notNull())
          .addColumn('at', 'bigint', (column) => column.notNull())
          .addColumn('until', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('recent_writes_pk', ['organization', 'backend', 'added', 'name'])
          .execute();
        await schema.createIndex('recent_writes_by_end').on('recent_writes').column('until').execute();
      },
    },
    '0012_signed_notes': {
      oldest: '0008_job_catalogues',
      async up({ schema }: Kysely<unknown>) {
        await schema.alterTable('audit_checkpoints').addColumn('mac', 'text').execute();
      },
    },
  },
};
