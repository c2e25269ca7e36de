import type { Kysely } from 'kysely';
import type { AuditCheckpoint } from '../../../api/audit-checkpoint.ts';
import type { OrchestratorTables } from '../../tables.ts';
import { Failures } from '../failures.ts';
import type { AuditSigner } from '../services.ts';

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

/**
 * A note counts if an orchestrator has written it of the very row that is there: whoever has the database alone cannot
 * keep checkpoints from being made by saying that they were. Where the organization's key is lost, none does.
 * @throws DatabaseUnavailableError
 */
export async function keptLogs(database: Database, signer: AuditSigner): Promise<readonly KeptLog[]> {
  const logs = await database
    .selectFrom('audit_heads as head')
    .leftJoin('audit_checkpoints as note', 'note.organization', 'head.organization')
    .leftJoin('audit_rows as row', (join) =>
      join.onRef('row.organization', '=', 'note.organization').onRef('row.sequence', '=', 'note.sequence'),
    )
    .select(['head.organization', 'head.sequence', 'note.sequence as kept', 'note.at', 'note.mac', 'row.mac as of'])
    .execute();
  // Nobody is told of these: without its key no checkpoint can be made either, which is.
  const failures = new Failures();
  return Promise.all(
    logs.map(async ({ organization, sequence, kept, at, mac, of }) => {
      const none = { organization, sequence, kept: 0, since: undefined };
      if (kept === null || at === null || of === null || kept > sequence) return none;
      const sign = await failures.of(() => signer(organization));
      return mac === sign?.(noteBytes(organization, kept, at, of)) ? { organization, sequence, kept, since: at } : none;
    }),
  );
}

function noteBytes(organization: string, sequence: number, at: number, macOfRow: string): Uint8Array {
  return Buffer.from(JSON.stringify(['kici checkpoint note v1', organization, sequence, at, macOfRow]));
}

/** Whether it has rows that no checkpoint has. */
export const hasGrown = ({ sequence, kept }: KeptLog): boolean => sequence > kept;

/** The sink has them. Of two orchestrators at once, the newer counts, unless there is no such row. */
export async function noteKept(
  database: Database,
  signer: AuditSigner,
  checkpoints: readonly AuditCheckpoint[],
): Promise<void> {
  for (const { organization, sequence, at: told, mac: ofRow } of checkpoints) {
    const at = Date.parse(told);
    // oxlint-disable-next-line no-await-in-loop -- one after another
    const sign = await signer(organization);
    const row = { sequence, at, mac: sign(noteBytes(organization, sequence, at, ofRow)) };
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
