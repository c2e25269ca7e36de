import { sql, type Kysely, type RawBuilder } from 'kysely';
import { DatabaseError } from '../../database/database-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { isStorable } from '../../database/text.ts';
import type { AllTables } from '../all-tables.ts';
import type { MoveSource, Row, SourceTable } from './source.ts';

/** Rows of one transaction: a sealed value has 64 KiB. */
const rowsAtOnce = 100;

/** Copies the missing rows of a table, in the order of its primary key: the last one tells how far the copy is. */
export async function copyTable(source: MoveSource, target: Kysely<AllTables>, table: SourceTable): Promise<void> {
  let after = await lastRow(target, table);
  for (;;) {
    const rows = source.rowsAfter(table, after, rowsAtOnce);
    requireStorableRows(table, rows);
    // oxlint-disable-next-line no-await-in-loop -- one batch after another
    if (rows.length > 0) await inTransaction(target, (transaction) => insertRows(transaction, table, rows));
    after = rows.at(-1) ?? after;
    if (rows.length < rowsAtOnce) return;
  }
}

/** @throws DatabaseError `move_failed` */
function requireStorableRows({ name, primaryKey }: SourceTable, rows: readonly Row[]): void {
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (typeof value === 'string' && !isStorable(value)) {
        const place = primaryKey.map((part) => `${part} ${JSON.stringify(row[part])}`).join(', ');
        throw new DatabaseError(
          'move_failed',
          `the column ${column} of the table ${name} holds the character NUL (U+0000), which PostgreSQL cannot store, in the row with ${place}`,
          'the data folder is as it was; replace or delete what that row is of, through the orchestrator over the data folder, and begin again with an empty database',
        );
      }
}

export async function countRows(target: Kysely<AllTables>, { name }: SourceTable): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(target);
  return rows[0]?.n ?? 0;
}

async function lastRow(target: Kysely<AllTables>, { name, primaryKey }: SourceTable): Promise<Row | undefined> {
  const order = sql.join(primaryKey.map((column) => sql`${sql.ref(column)} desc`));
  const { rows } = await sql<Row>`select ${refs(primaryKey)} from ${sql.table(name)} order by ${order} limit 1`.execute(
    target,
  );
  return rows[0];
}

async function insertRows(target: Kysely<AllTables>, { name }: SourceTable, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const tuples = rows.map((row) => sql`(${sql.join(columns.map((column) => sql.val(row[column])))})`);
  await sql`insert into ${sql.table(name)} (${refs(columns)}) values ${sql.join(tuples)}`.execute(target);
}

function refs(columns: readonly string[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql.ref(column)));
}
