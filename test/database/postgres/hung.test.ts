import { Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { ServerDialect } from '../../../src/database/postgres/dialect.ts';
import { createPool } from '../../../src/database/postgres/pool.ts';
import { DatabaseUnavailableError } from '../../../src/database/unavailable.ts';
import { answerTo } from '../../../src/orchestrator/http/error-reply.ts';
import { describeLane } from '../../support/lane.ts';
import { createLink } from '../../support/link.ts';
import { postgresLane, serverUrl } from '../../support/postgres.ts';

const timeoutMs = 300;

function settings(port: string) {
  const { hostname: host, username: user, password, pathname } = new URL(serverUrl());
  return {
    host,
    port: Number(port),
    user,
    password,
    database: pathname.slice(1),
    connectionTimeoutMillis: timeoutMs,
  };
}

describeLane(postgresLane, () => {
  it('a server that hangs holds up no statement and no transaction, and a request is told so', async () => {
    const target = new URL(serverUrl());
    const link = await createLink(`http://${target.host}`);
    const pool = createPool(settings(new URL(link.address).port), timeoutMs);
    const database = new Kysely<object>({ dialect: new ServerDialect(pool, timeoutMs) });
    onTestFinished(async () => {
      await link.cut();
      await database.destroy();
    });
    await sql`select 1`.execute(database);
    link.hold();
    const errors = await Promise.all([
      sql`select 1`.execute(database).catch((error: unknown) => error),
      database
        .transaction()
        .execute((transaction) => sql`select 1`.execute(transaction))
        .catch((error: unknown) => error),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(answerTo(error, 'r')).toMatchObject({
        status: 503,
        body: {
          error: 'database_unavailable',
          message: expect.stringMatching(/ in time \((?:ETIMEDOUT|pool_full)\); try again$/),
        },
      });
    }
  });

  it('connections that are all in use are not told as a server that cannot be reached', async () => {
    const pool = createPool({ ...settings(new URL(serverUrl()).port), connectionTimeoutMillis: 60_000 }, timeoutMs);
    onTestFinished(() => pool.end());
    const taken = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
    const told: unknown = await pool.connect().catch((error: unknown) => error);
    expect(answerTo(told, 'r').body.message).toBe(
      'no connection to the database server became free in time (pool_full); try again',
    );
    for (const one of taken) one.release();
    (await pool.connect()).release();
  });
});
