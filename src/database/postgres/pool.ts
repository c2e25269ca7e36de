import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { DatabaseError as ServerError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { DatabaseUnavailableError, lostConnection, refusalOf } from '../unavailable.ts';
import type { DatabaseObserver } from '../observer.ts';
import { createPlaces, type Holder } from './places.ts';
import { columnTypes, requirePlain } from './types.ts';

const connectTimeoutMs = 5_000;
const idleTimeoutMs = 30_000;
const keepAliveDelayMs = 10_000;
const maxConnections = 10;
/** Of these, for the server's own work: requests that are slow must not keep the audit rows of others waiting. */
const keptConnections = 2;
/** That work has at most so many: where many pages are open, it looks at all of them at once. */
const mostOfOwn = 4;
/** And of one organization, whose requests may all wait for one row. */
const mostOfOne = 6;

export interface PoolOptions {
  /** Default: nobody measures. */
  readonly observer?: Pick<DatabaseObserver, 'pooled' | 'ran'> | undefined;
  /** For whom the present work is done; default: all of it is the server's own. */
  readonly holder?: (() => Holder | undefined) | undefined;
}

/** Connections as Kysely's dialect takes them: whatever makes one useless is a `DatabaseUnavailableError`. */
export function createPool(
  config: PoolConfig,
  statementTimeoutMs: number,
  { observer, holder }: PoolOptions = {},
): PostgresPool {
  const pool = new Pool({
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    // Asked of the driver rather than the server: a pooler in between knows no sessions.
    query_timeout: statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    types: columnTypes,
    ...config,
  });
  // The driver's own line is first come, first served: one organization's requests would be before all others.
  const places = createPlaces({
    total: maxConnections,
    kept: keptConnections,
    mostOfOwn: holder === undefined ? maxConnections : mostOfOwn,
    mostOfOne,
    longestWaitMs: statementTimeoutMs,
  });
  observer?.pooled(() => ({ total: pool.totalCount, idle: pool.idleCount, waiting: places.waiting() }));
  // Without listeners the end of a connection would end the process: that of an idle one, and that of one in use
  // between two statements. Whoever uses it next hears of it.
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  return {
    options: {},
    async connect() {
      const started = performance.now();
      let giveBack: (() => void) | undefined;
      try {
        giveBack = await places.take(holder?.());
        return new GuardedClient(await pool.connect(), config.user, giveBack);
      } catch (error) {
        giveBack?.();
        // No statement is run then, so nothing else would tell of it.
        observer?.ran('connect', performance.now() - started, true);
        throw named(error, config.user);
      }
    },
    end: () => pool.end(),
  };
}

class GuardedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #user: string | undefined;
  readonly #giveBack: () => void;
  #lost: DatabaseUnavailableError | undefined;

  /** @param giveBack of its place in the pool */
  constructor(client: PoolClient, user: string | undefined, giveBack: () => void) {
    this.#client = client;
    this.#user = user;
    this.#giveBack = giveBack;
  }

  query<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    text: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof text !== 'string') throw new TypeError('rows are not streamed');
    return this.#run(text, requirePlain(parameters));
  }

  release(destroy?: boolean): void {
    // The server may still be at a statement that nobody waits for any more.
    this.#client.release(destroy === true || this.#lost !== undefined);
    this.#giveBack();
  }

  async #run<Row>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (this.#lost !== undefined) throw this.#lost;
    const client: PostgresPoolClient = this.#client;
    try {
      return await client.query<Row>(text, parameters);
    } catch (error) {
      const known = named(error, this.#user);
      if (known instanceof DatabaseUnavailableError) this.#lost = known;
      throw known;
    }
  }
}

/** The server's own errors stay as they are, apart from those after which it is of no use. */
function named(error: unknown, user: string | undefined): unknown {
  if (error instanceof ServerError) return refusalOf(error, user) ?? error;
  return error instanceof RangeError || DatabaseUnavailableError.is(error) ? error : lostConnection(error);
}

function ignore(): void {}
