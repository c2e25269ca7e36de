import type { Kysely } from 'kysely';
import type { AuditCheckpoint } from '../../../api/audit-checkpoint.ts';
import type { OrchestratorTables } from '../../tables.ts';

type Database = Kysely<OrchestratorTables>;

/** A log that has grown since its last checkpoint that was kept. */
export interface Grown {
  readonly organization: string;
  readonly rows: number;
  /** When that checkpoint was made; `undefined`: there is none. */
  readonly since: number | undefined;
}

export async function grownLogs(database: Database): Promise<readonly Grown[]> {
  const logs = await database
    .selectFrom('audit_heads')
    .leftJoin('audit_checkpoints', 'audit_checkpoints.organization', 'audit_heads.organization')
    .select(['audit_heads.organization', 'audit_heads.sequence', 'audit_checkpoints.sequence as kept', 'at'])
    .execute();
  return logs
    .map(({ organization, sequence, kept, at }) => ({
      organization,
      rows: sequence - (kept ?? 0),
      since: at ?? undefined,
    }))
    .filter(({ rows }) => rows > 0);
}

/** The sink has them. Of two orchestrators at once, the newer counts. */
export async function noteKept(database: Database, checkpoints: readonly AuditCheckpoint[]): Promise<void> {
  for (const { organization, sequence, at } of checkpoints) {
    const row = { sequence, at: Date.parse(at) };
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await database
      .insertInto('audit_checkpoints')
      .values({ organization, ...row })
      .onConflict((conflict) =>
        conflict.column('organization').doUpdateSet(row).where('audit_checkpoints.sequence', '<', sequence),
      )
      .execute();
  }
}

/** How long an orchestrator that does not come back keeps others from taking its place. */
const leaseMs = 60_000;

/**
 * Of the orchestrators over one database, one writes to the sink. Two at once, should their clocks differ, do no harm.
 * @returns whether it is this one, and why the sink failed last time; `null`: it did not
 */
export async function claimSink(
  database: Database,
  holder: string,
  now: number,
): Promise<{ readonly isOwn: boolean; readonly problem: string | null }> {
  const until = now + leaseMs;
  await database
    .insertInto('audit_sink')
    .values({ id: 1, holder, until, problem: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await database
    .updateTable('audit_sink')
    .set({ holder, until })
    .where('id', '=', 1)
    .where((or) => or.or([or('holder', '=', holder), or('until', '<', now)]))
    .execute();
  const row = await database.selectFrom('audit_sink').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  return { isOwn: row.holder === holder, problem: row.problem };
}

/** Lets the others know. */
export async function noteProblem(database: Database, problem: string | null): Promise<void> {
  await database.updateTable('audit_sink').set({ problem }).where('id', '=', 1).execute();
}

/** Lets another take over at once. */
export async function releaseSink(database: Database, holder: string): Promise<void> {
  await database.updateTable('audit_sink').set({ until: 0 }).where('id', '=', 1).where('holder', '=', holder).execute();
}
