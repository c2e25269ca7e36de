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

describeLane(postgresLane, () => {
  it('a server that hangs holds up no statement and no transaction, and a request is told so', async () => {
    const target = new URL(serverUrl());
    const link = await createLink(`http://${target.host}`);
    const pool = createPool(
      {
        host: '127.0.0.1',
        port: Number(new URL(link.address).port),
        user: target.username,
        password: target.password,
        database: target.pathname.slice(1),
        connectionTimeoutMillis: timeoutMs,
      },
      timeoutMs,
    );
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
      expect(answerTo(error, 'r')).toMatchObject({ status: 503, body: { error: 'database_unavailable' } });
    }
  });
});
