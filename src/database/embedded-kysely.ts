import { Kysely, type AbortableQueryOptions, type Compilable, type CompiledQuery, type QueryResult } from 'kysely';
import type { Cells } from './cells.ts';
import { EmbeddedDialect } from './dialect.ts';
import { isBusy } from './in-transaction.ts';
import { logFor, type DatabaseObserver } from './observer.ts';
import { isSelect, type EmbeddedDatabase } from './sqlite.ts';

/**
 * Kysely on SQLite, where a statement that was compiled before and only reads runs at once: the way through Kysely's
 * layers costs more than the statement. While a transaction is open it waits, since it would see what may be undone.
 */
export class EmbeddedKysely<Tables> extends Kysely<Tables> {
  readonly #database: EmbeddedDatabase;
  readonly #observer: DatabaseObserver | undefined;

  constructor(database: EmbeddedDatabase, observer?: DatabaseObserver) {
    super({ dialect: new EmbeddedDialect(database), ...logFor(observer) });
    this.#database = database;
    this.#observer = observer;
  }

  override async executeQuery<R>(
    query: CompiledQuery<R> | Compilable<R>,
    options?: AbortableQueryOptions,
  ): Promise<QueryResult<R>> {
    const rows =
      'compile' in query ? undefined : this.#now(query, () => this.#database.prepare(query.sql).all(query.parameters));
    // What a statement finds is as its type says, which Kysely takes for granted too.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return rows === undefined ? super.executeQuery(query, options) : { rows: rows as R[] };
  }

  /** As `cellsOf`; undefined where it cannot run at once. */
  cells(query: CompiledQuery): readonly Cells[] | undefined {
    return this.#now(query, () => this.#database.cells(query.sql, query.parameters));
  }

  #now<T>({ sql }: CompiledQuery, run: () => T): T | undefined {
    if (this.#database.isInTransaction() || !isSelect(sql)) return undefined;
    const started = this.#observer && performance.now();
    try {
      const found = run();
      if (started !== undefined) this.#observer?.ran(sql, performance.now() - started, false);
      return found;
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }
}
