import type { Fault } from '@kici-dev/secret-backend-conformance';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseConnection, Dialect, Driver } from 'kysely';

/** The faults that a database connection can meet. */
export const databaseFaults = [
  'delay',
  'hang',
  'reset',
  'server_error',
  'throttle',
  'deny',
  'expire',
] as const satisfies readonly Fault[];

/** Errors as the drivers make them: of a socket, of SQLite, of PostgreSQL. */
const errors: Partial<Record<Fault, Record<string, string | number>>> = {
  reset: { code: 'ECONNRESET' },
  server_error: { code: 'ERR_SQLITE_ERROR', errcode: 10 },
  throttle: { code: '53300' },
  deny: { code: '42501' },
  expire: { code: '28P01' },
};

/** Decides what happens to statements on their way to the database. */
export class FaultSwitch {
  statements = 0;
  #fault: Fault | undefined;
  #left = 0;
  #healed = Promise.withResolvers<void>();

  set(fault: Fault, times = Infinity): void {
    this.#fault = fault;
    this.#left = times;
  }

  heal(): void {
    this.#left = 0;
    this.#healed.resolve();
    this.#healed = Promise.withResolvers<void>();
  }

  async pass(): Promise<void> {
    this.statements += 1;
    if (this.#left <= 0 || this.#fault === undefined) return;
    this.#left -= 1;
    if (this.#fault === 'delay') await wait(150);
    else if (this.#fault === 'hang') await this.#healed.promise;
    else throw Object.assign(new Error('select sealed from internal_versions'), errors[this.#fault]);
  }
}

/** The same dialect, with statements passing through the switch. */
export function faultyDialect(dialect: Dialect, faults: FaultSwitch): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => faultyDriver(dialect.createDriver(), faults),
  };
}

function faultyDriver(driver: Driver, faults: FaultSwitch): Driver {
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const innerOf = (connection: DatabaseConnection): DatabaseConnection => inner.get(connection) ?? connection;
  return {
    init: () => driver.init(),
    async acquireConnection() {
      const connection = await driver.acquireConnection();
      const faulty: DatabaseConnection = {
        async executeQuery(query) {
          await faults.pass();
          return connection.executeQuery(query);
        },
        streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
      };
      inner.set(faulty, connection);
      return faulty;
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(innerOf(connection), settings),
    commitTransaction: (connection) => driver.commitTransaction(innerOf(connection)),
    rollbackTransaction: (connection) => driver.rollbackTransaction(innerOf(connection)),
    releaseConnection: (connection) => driver.releaseConnection(innerOf(connection)),
    destroy: () => driver.destroy(),
  };
}
