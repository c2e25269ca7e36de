import {
  ColumnDefinitionNode,
  CompiledQuery,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  PostgresQueryCompiler,
  sql,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type DataTypeNode,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type PostgresPool,
  type QueryCompiler,
  type SchemaMetadata,
  type TableMetadata,
  type TransactionSettings,
} from 'kysely';
import { idleTransactionMs } from './limits.ts';

/** PostgreSQL as we use it: text in the order of its bytes, transactions with time-outs, a lock that a pooler keeps. */
export class ServerDialect extends PostgresDialect {
  readonly #pool: PostgresPool;
  readonly #statementTimeoutMs: number;

  constructor(pool: PostgresPool, statementTimeoutMs: number) {
    super({ pool });
    this.#pool = pool;
    this.#statementTimeoutMs = statementTimeoutMs;
  }

  override createAdapter(): DialectAdapter {
    return new TransactionLockAdapter();
  }

  override createDriver(): Driver {
    return new LimitedDriver(this.#pool, this.#statementTimeoutMs);
  }

  override createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new OwnSchemaIntrospector(database);
  }

  override createQueryCompiler(): QueryCompiler {
    return new BytewiseTextCompiler();
  }
}

/** What migrations ask: which tables there are. Kysely's own also looks into other schemas, of other installations. */
class OwnSchemaIntrospector implements DatabaseIntrospector {
  readonly #database: Kysely<unknown>;

  constructor(database: Kysely<unknown>) {
    this.#database = database;
  }

  async getTables(): Promise<TableMetadata[]> {
    const { rows } = await sql<{
      name: string;
      schema: string;
    }>`select tablename::text as name, schemaname::text as schema
      from pg_catalog.pg_tables where schemaname = current_schema()`.execute(this.#database);
    return rows.map((row) => ({ ...row, isView: false, isForeign: false, columns: [] }));
  }

  async getSchemas(): Promise<SchemaMetadata[]> {
    return [];
  }
}

/** As in SQLite, text is compared by its bytes, whatever the cluster's locale: in order, ranges and indexes. */
class BytewiseTextCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text' && this.parentNode !== undefined && ColumnDefinitionNode.is(this.parentNode))
      this.append(' collate "C"');
  }
}

/** Kysely's own lock belongs to the session, and would be stranded behind a pooler. */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(database: Kysely<unknown>): Promise<void> {
    await sql`select pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(database);
  }

  override async releaseMigrationLock(): Promise<void> {
    // It ends with the transaction.
  }
}

/** Any number that is ours: "kici" as bytes. */
const migrationLock = 0x6b696369;

/** Limits hold for the transaction alone, since a pooler hands the session on; they travel with its beginning. */
class LimitedDriver extends PostgresDriver {
  readonly #limits: string;

  constructor(pool: PostgresPool, timeoutMs: number) {
    super({ pool });
    this.#limits = `set local statement_timeout = ${timeoutMs}; set local idle_in_transaction_session_timeout = ${idleTransactionMs}`;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel = 'read committed' }: TransactionSettings,
  ): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(`begin isolation level ${isolationLevel}; ${this.#limits}`));
  }
}
