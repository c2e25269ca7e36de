import { setTimeout as wait } from 'node:timers/promises';
import {
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type SqliteDatabase,
} from 'kysely';

import { isBusy } from './in-transaction.ts';

const patienceMs = 5_000;
const longestPauseMs = 20;

/** SQLite with transactional migrations, and without blocking this process while another one writes. */
export class EmbeddedDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    super({ database });
    this.#database = database;
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }

  override createDriver(): Driver {
    return new PatientDriver({ database: this.#database });
  }
}

/** SQLite can roll back schema changes (sqlite.org/lang_transaction.html), which Kysely does not use. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** SQLite's own busy timeout sleeps in the calling thread, and with it the whole server. */
class PatientDriver extends SqliteDriver {
  #connection: DatabaseConnection | undefined;

  override async acquireConnection(): Promise<DatabaseConnection> {
    return (this.#connection ??= patient(await super.acquireConnection()));
  }
}

function patient(connection: DatabaseConnection): DatabaseConnection {
  return {
    executeQuery: (query) => whenFree(() => connection.executeQuery(query)),
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  };
}

async function whenFree<T>(run: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error;
      // Random, so that waiting processes do not collide again.
      await wait(1 + Math.random() * longestPauseMs);
    }
  }
}
