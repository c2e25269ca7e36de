import { sql, type SelectQueryBuilder } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { StoredRow } from './chain.ts';

/** Rows of a query that is ordered and selects nothing yet. */
export type RowQuery = SelectQueryBuilder<OrchestratorTables, 'audit_rows', object>;

export interface RowPage {
  readonly rows: readonly StoredRow[];
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

const mostRows = 1_000;
/** A job can ask for a thousand names that do not exist, all of which its row tells. */
const mostBytes = 4 * 1_024 * 1_024;

/** The first rows of a query: as many as may be in memory together, and at least one where there is one. */
export async function firstPage(query: RowQuery, limit: number = mostRows): Promise<RowPage> {
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
