import { CompiledQuery, PostgresAdapter, sql, type Kysely, type Transaction } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditHead, AuditHeads } from './anchor.ts';

/** Statements that were compiled before: building one costs more than running it. */
export type Statements = Map<string, string>;

/** Where an organization's log ends. */
export interface LogEnd {
  readonly newest: AuditHead | undefined;
  /** What the last writer has left in `audit_heads`; behind the newest row where an earlier release has written it. */
  readonly head: AuditHead | undefined;
}

/**
 * Runs work in a transaction that begins when nobody else appends to these logs, and lets nobody do so meanwhile,
 * whichever orchestrator it is. It runs once: the work may do what cannot be done twice.
 * @throws an error that `isHeld` when one of them is held for too long
 */
export async function holdingHeads<T>(
  database: Kysely<OrchestratorTables>,
  organizations: readonly string[],
  work: (transaction: Transaction<OrchestratorTables>) => Promise<T>,
): Promise<T> {
  return database.transaction().execute(async (transaction) => {
    // The embedded database has one writer at a time.
    if (transaction.getExecutor().adapter instanceof PostgresAdapter) await lock(transaction, organizations);
    return work(transaction);
  });
}

/** How long one log that is held may keep those of others waiting; far longer than another orchestrator's commit. */
const longestLockMs = 500;

/** Whether another transaction held a log for too long: lock_not_available (PostgreSQL manual, appendix A). */
export function isHeld(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}

/** Those of these logs that somebody holds at this moment. */
export async function heldOf(
  database: Kysely<OrchestratorTables>,
  organizations: readonly string[],
): Promise<readonly string[]> {
  if (organizations.length === 0) return [];
  const heads = database.selectFrom('audit_heads').select('organization').where('organization', 'in', organizations);
  const free = new Set((await heads.forUpdate().skipLocked().execute()).map(({ organization }) => organization));
  return (await heads.execute()).map(({ organization }) => organization).filter((name) => !free.has(name));
}

const noHead = { organization: '', sequence: 0, mac: '', cut: 0, removed: 0 };

async function lock(transaction: Transaction<OrchestratorTables>, organizations: readonly string[]): Promise<void> {
  const limit = organizations.length === 0 ? '' : `set local lock_timeout = ${longestLockMs}; `;
  // Earlier releases lock the whole table, and know nothing of its heads.
  await sql.raw(`${limit}lock table audit_rows in row exclusive mode`).execute(transaction);
  if (organizations.length === 0) return;
  const names = [...new Set(organizations)].toSorted();
  // In the order of their names, so that two who need the same ones never wait for each other.
  const lockKnown = async (): Promise<number> =>
    (
      await transaction
        .selectFrom('audit_heads')
        .select('organization')
        .where('organization', 'in', names)
        .orderBy('organization')
        .forUpdate()
        .execute()
    ).length;
  if ((await lockKnown()) === names.length) return;
  await transaction
    .insertInto('audit_heads')
    .values(names.map((organization) => ({ ...noHead, organization })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await lockKnown();
}

export async function readEnd(
  database: Kysely<OrchestratorTables>,
  organization: string,
  statements: Statements,
): Promise<LogEnd> {
  const text = statements.get('end') ?? endQuery(database, organization).compile().sql;
  statements.set('end', text);
  const query: CompiledQuery<AuditHead & { readonly is_head: number }> = CompiledQuery.raw(text, [
    organization,
    organization,
  ]);
  const { rows } = await database.executeQuery(query);
  const found = (isHead: boolean): AuditHead | undefined => {
    const row = rows.find(({ is_head }) => (is_head === 1) === isHead);
    return row === undefined ? undefined : { sequence: row.sequence, mac: row.mac };
  };
  return { newest: found(false), head: found(true) };
}

function endQuery(database: Kysely<OrchestratorTables>, organization: string) {
  const newest = database
    .selectFrom('audit_rows')
    .select(['sequence', 'mac'])
    .where('organization', '=', organization)
    .orderBy('sequence', 'desc')
    .limit(sql.lit(1));
  return database
    .selectFrom(newest.as('newest'))
    .select(['newest.sequence', 'newest.mac', sql.lit(0).as('is_head')])
    .unionAll(
      database
        .selectFrom('audit_heads')
        .select(['sequence', 'mac', sql.lit(1).as('is_head')])
        .where('organization', '=', organization),
    );
}

/** Where the next writer goes on; together with the rows, or not at all. */
export async function writeHeads(
  transaction: Kysely<OrchestratorTables>,
  heads: AuditHeads,
  statements: Statements,
): Promise<void> {
  for (const [organization, { sequence, mac }] of heads) {
    const text = statements.get('head') ?? headStatement(transaction).compile().sql;
    statements.set('head', text);
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await transaction.executeQuery(CompiledQuery.raw(text, [organization, sequence, mac, 0, 0]));
  }
}

function headStatement(transaction: Kysely<OrchestratorTables>) {
  return transaction
    .insertInto('audit_heads')
    .values(noHead)
    .onConflict((conflict) =>
      conflict
        .column('organization')
        .doUpdateSet({ sequence: (eb) => eb.ref('excluded.sequence'), mac: (eb) => eb.ref('excluded.mac') }),
    );
}

/** The row `cut` records what was removed: the log begins where it says. */
export async function noteCut(
  transaction: Kysely<OrchestratorTables>,
  organization: string,
  cut: number,
  removed: number,
): Promise<void> {
  await transaction.updateTable('audit_heads').set({ cut, removed }).where('organization', '=', organization).execute();
}
