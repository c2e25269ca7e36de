import {
  Kysely,
  type AbortableQueryOptions,
  type Compilable,
  type CompiledQuery,
  type KyselyProps,
  type QueryResult,
  type TransactionBuilder,
} from 'kysely';
import type { Cells } from './cells.ts';
import { DirectTransactionBuilder, type DirectWay } from './direct-transaction.ts';
import type { FoundRows } from './found-rows.ts';
import { EmbeddedDialect } from './dialect.ts';
import { isBusy } from './in-transaction.ts';
import { logFor, type DatabaseObserver } from './observer.ts';
import { isSelect, type AsOf, type EmbeddedDatabase } from './sqlite.ts';

/**
 * Kysely on SQLite, where a statement that was compiled before and only reads runs at once: the way through Kysely's
 * layers costs more than the statement. While a transaction is open it waits, since it would see what may be undone.
 * One that has run before does not run again while nothing that it depends on has changed.
 */
export class EmbeddedKysely<Tables> extends Kysely<Tables> {
  readonly #database: EmbeddedDatabase;
  readonly #props: KyselyProps;
  readonly #way: DirectWay;
  readonly #observer: DatabaseObserver | undefined;

  constructor(database: EmbeddedDatabase, observer?: DatabaseObserver) {
    const dialect = new EmbeddedDialect(database);
    super({ dialect, ...logFor(observer) });
    this.#database = database;
    this.#props = { config: { dialect }, dialect, driver: dialect.createDriver(), executor: this.getExecutor() };
    this.#observer = observer;
    this.#way = { compiler: dialect.createQueryCompiler(), adapter: dialect.createAdapter(), database, observer };
  }

  override async executeQuery<R>(
    query: CompiledQuery<R> | Compilable<R>,
    options?: AbortableQueryOptions,
  ): Promise<QueryResult<R>> {
    const rows = 'compile' in query ? undefined : this.rows(query);
    return rows === undefined ? super.executeQuery(query, options) : { rows };
  }

  /** As `cellsOf`; undefined where it cannot run at once. */
  cells(query: CompiledQuery): readonly Cells[] | undefined {
    return this.#now(query, 'now')?.cells;
  }

  /** What a statement finds; undefined where it cannot run at once. */
  rows<R>(query: CompiledQuery<R>, asOf: AsOf = 'now'): R[] | undefined {
    // What a statement finds is as its type says, which Kysely takes for granted too.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return this.#now(query, asOf)?.rows as R[] | undefined;
  }

  override transaction(): TransactionBuilder<Tables> {
    return new DirectTransactionBuilder(super.transaction(), this.#props, this.#way);
  }

  #now({ sql, parameters }: CompiledQuery, asOf: AsOf): FoundRows | undefined {
    if (!isSelect(sql)) return undefined;
    if (this.#database.isInTransaction()) {
      this.#database.forgetLook();
      return undefined;
    }
    const observer = this.#observer;
    try {
      return this.#database.find(sql, parameters, asOf, observer && ((ms) => observer.ran(sql, ms, false)));
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }
}
