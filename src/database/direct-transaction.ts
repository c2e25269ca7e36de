import {
  DefaultQueryExecutor,
  Transaction,
  TransactionBuilder,
  type AbortableQueryOptions,
  type AccessMode,
  type CompiledQuery,
  type ConnectionProvider,
  type DialectAdapter,
  type IsolationLevel,
  type KyselyProps,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import type { DatabaseObserver } from './observer.ts';
import type { EmbeddedDatabase } from './sqlite.ts';

/** What a transaction's statements need, made once. */
export interface DirectWay {
  readonly compiler: QueryCompiler;
  readonly adapter: DialectAdapter;
  readonly database: EmbeddedDatabase;
  readonly observer: DatabaseObserver | undefined;
}

/**
 * Begins transactions whose statements run at once: the way through Kysely's layers to the only connection costs more
 * than most of them.
 */
export class DirectTransactionBuilder<Tables> extends TransactionBuilder<Tables> {
  readonly #builder: TransactionBuilder<Tables>;
  readonly #props: KyselyProps;
  readonly #way: DirectWay;

  /** @param builder begins and ends them */
  constructor(builder: TransactionBuilder<Tables>, props: KyselyProps, way: DirectWay) {
    super(props);
    this.#builder = builder;
    this.#props = props;
    this.#way = way;
  }

  override setAccessMode(mode: AccessMode): DirectTransactionBuilder<Tables> {
    return this.#with(this.#builder.setAccessMode(mode));
  }

  override setIsolationLevel(level: IsolationLevel): DirectTransactionBuilder<Tables> {
    return this.#with(this.#builder.setIsolationLevel(level));
  }

  #with(builder: TransactionBuilder<Tables>): DirectTransactionBuilder<Tables> {
    return new DirectTransactionBuilder(builder, this.#props, this.#way);
  }

  override execute<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#builder.execute(async (transaction) => {
      const executor = new DirectExecutor(transaction.getExecutor(), this.#way);
      try {
        return await work(new Transaction({ ...this.#props, executor }));
      } finally {
        executor.end();
      }
    });
  }
}

class DirectExecutor extends DefaultQueryExecutor {
  readonly #database: EmbeddedDatabase;
  readonly #observer: DatabaseObserver | undefined;
  #isOver = false;

  constructor(transaction: ConnectionProvider, { compiler, adapter, database, observer }: DirectWay) {
    super(compiler, adapter, transaction);
    this.#database = database;
    this.#observer = observer;
  }

  /** Whoever goes on is refused, from before it is committed or undone. */
  end(): void {
    this.#isOver = true;
  }

  /** None is kept waiting by another process: the transaction has begun as the only writer. */
  override async executeQuery<R>(query: CompiledQuery, options?: AbortableQueryOptions): Promise<QueryResult<R>> {
    if (this.#isOver) throw new Error('the transaction is already over');
    if (options?.signal !== undefined) return super.executeQuery(query, options);
    const { sql, parameters } = query;
    const started = this.#observer && performance.now();
    let failed = true;
    try {
      const statement = this.#database.prepare(sql);
      const result = statement.reader
        ? // What a statement finds is as its type says, which Kysely takes for granted too.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          { rows: statement.all(parameters) as R[] }
        : { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) };
      failed = false;
      return result;
    } finally {
      if (started !== undefined) this.#observer?.ran(sql, performance.now() - started, failed);
    }
  }
}
