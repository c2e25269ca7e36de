import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { StoredRow } from './chain.ts';

/** An ordered query over audit rows that selects nothing yet. */
export type RowQuery = SelectQueryBuilder<OrchestratorTables, 'audit_rows', object>;

export interface RowPage {
  readonly rows: readonly StoredRow[];
  readonly isLast: boolean;
}

const mostRows = 1_000;
/** A job can ask for a thousand keys that do not exist, and its row names them all. */
const mostBytes = 4 * 1_024 * 1_024;

/**
 * The first rows of a query: as many as may be in memory together, and at least one if there is any. Others get their
 * turn first: the embedded database answers within one, and a walk over its pages would be all that the server does.
 */
export async function firstPage(query: RowQuery, limit: number = mostRows): Promise<RowPage> {
  await nextTurn();
  const sizes = await query
    .select(sql<number>`octet_length(subject)`.as('bytes'))
    .limit(limit)
    .execute();
  let [count, bytes] = [0, 0];
  for (const size of sizes) {
    bytes += size.bytes;
    if (count > 0 && bytes > mostBytes) break;
    count += 1;
  }
  const rows = count === 0 ? [] : await query.selectAll().limit(count).execute();
  return { rows, isLast: count === sizes.length && sizes.length < limit };
}
