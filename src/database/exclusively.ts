import { PostgresAdapter, sql, type Kysely, type Transaction } from 'kysely';

/**
 * Runs work in a transaction that begins when no other writes to the table, and lets none write to it meanwhile. It
 * runs once: the work may do what cannot be done twice.
 */
export async function exclusively<Tables, T>(
  database: Kysely<Tables>,
  table: keyof Tables & string,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return database.transaction().execute(async (transaction) => {
    // The embedded database has one writer at a time.
    if (transaction.getExecutor().adapter instanceof PostgresAdapter)
      await sql`lock table ${sql.table(table)} in exclusive mode`.execute(transaction);
    return work(transaction);
  });
}
