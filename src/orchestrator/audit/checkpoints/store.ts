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

/** Why the sink failed last time, whichever orchestrator wrote to it; `undefined`: it did not. */
export async function readProblem(database: Database): Promise<string | undefined> {
  const row = await database.selectFrom('audit_sink').select('problem').where('id', '=', 1).executeTakeFirst();
  return row?.problem ?? undefined;
}

/** Lets the others know. */
export async function noteProblem(database: Database, problem: string | null): Promise<void> {
  await database
    .insertInto('audit_sink')
    .values({ id: 1, problem })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ problem }))
    .execute();
}
