import { setTimeout as wait } from 'node:timers/promises';
import { SqliteDialect, SqliteDriver, type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, type SqliteDialectConfig } from 'kysely';

const longestWaitMs = 5_000;
const betweenTriesMs = 2;
const sqliteBusy = 5;

/**
 * SQLite's own way to wait for another writer stops the whole program, and with it whoever in this program has to
 * finish first. This one tries again while other work goes on.
 */
export class SqliteDialectThatWaits extends SqliteDialect {
  readonly #config: SqliteDialectConfig;

  constructor(config: SqliteDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new WaitingDriver(this.#config);
  }
}

class WaitingDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: <R>(query: CompiledQuery) => patiently(() => connection.executeQuery<R>(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }
}

async function patiently<R>(execute: () => Promise<QueryResult<R>>): Promise<QueryResult<R>> {
  const giveUpAt = performance.now() + longestWaitMs;
  for (;;) {
    try {
      return await execute();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    }
    await wait(betweenTriesMs);
  }
}

/** The low byte of SQLite's code; the others say more about the kind of lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === sqliteBusy;
}
