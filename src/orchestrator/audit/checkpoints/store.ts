import type { Kysely } from 'kysely';
import type { AuditCheckpoint } from '../../../api/audit-checkpoint.ts';
import type { OrchestratorTables } from '../../tables.ts';

type Database = Kysely<OrchestratorTables>;

/** A log, and what is noted of its last checkpoint that was kept. */
export interface KeptLog {
  readonly organization: string;
  /** The number of its newest row. */
  readonly sequence: number;
  /** Of the row that the checkpoint is of; 0: there is none. */
  readonly kept: number;
  /** When it was made. */
  readonly since: number | undefined;
}

/** One of a row that is not there yet is none: somebody else has noted it. */
export async function keptLogs(database: Database): Promise<readonly KeptLog[]> {
  const logs = await database
    .selectFrom('audit_heads')
    .leftJoin('audit_checkpoints', 'audit_checkpoints.organization', 'audit_heads.organization')
    .select(['audit_heads.organization', 'audit_heads.sequence', 'audit_checkpoints.sequence as kept', 'at'])
    .execute();
  return logs.map(({ organization, sequence, kept, at }) =>
    kept === null || kept > sequence
      ? { organization, sequence, kept: 0, since: undefined }
      : { organization, sequence, kept, since: at ?? undefined },
  );
}

/** Whether it has rows that no checkpoint has. */
export const hasGrown = ({ sequence, kept }: KeptLog): boolean => sequence > kept;

/** The sink has them. Of two orchestrators at once, the newer counts, unless there is no such row. */
export async function noteKept(database: Database, checkpoints: readonly AuditCheckpoint[]): Promise<void> {
  for (const { organization, sequence, at } of checkpoints) {
    const row = { sequence, at: Date.parse(at) };
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await database
      .insertInto('audit_checkpoints')
      .values({ organization, ...row })
      .onConflict((conflict) =>
        conflict
          .column('organization')
          .doUpdateSet(row)
          .where((eb) =>
            eb.or([
              eb('audit_checkpoints.sequence', '<=', sequence),
              eb(
                'audit_checkpoints.sequence',
                '>',
                eb.selectFrom('audit_heads').select('audit_heads.sequence').where('organization', '=', organization),
              ),
            ]),
          ),
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
