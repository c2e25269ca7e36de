import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { OrchestratorTables } from '../tables.ts';
import { chainStart, signedBytes } from './chain.ts';

/** What a row of phase `cut` says: which rows were removed, all of them older than `before`. */
export const cutSubject = z.object({
  before: z.string(),
  /** The last row that was removed. */
  through: z.int().positive(),
  /** Of that row: what the first one that is left is chained to. */
  mac: z.string(),
  rows: z.int(),
  /** Problems among them, all acknowledged. */
  problems: z.int(),
  openIntents: z.int(),
});
export type CutSubject = z.output<typeof cutSubject>;

/** Where an organization's log begins. */
export interface Beginning {
  /** The last row that was removed; 0: none was. */
  readonly after: number;
  /** What the first row is chained to. */
  readonly mac: string;
  readonly cut?: { readonly row: number; readonly at: number; readonly actor: string };
}

const whole: Beginning = { after: 0, mac: chainStart };

/**
 * The newest cut counts if an orchestrator of these keys has written its row, in this log and at this place. Otherwise
 * nothing was cut, and rows that are gone are missing.
 */
export async function readBeginning(
  database: Kysely<OrchestratorTables>,
  organization: string,
  sign: (bytes: Uint8Array) => string,
): Promise<Beginning> {
  const head = await database
    .selectFrom('audit_heads')
    .select('cut')
    .where('organization', '=', organization)
    .executeTakeFirst();
  if (head === undefined || head.cut === 0) return whole;
  const [row, before] = await database
    .selectFrom('audit_rows')
    .selectAll()
    .where('organization', '=', organization)
    .where('sequence', '<=', head.cut)
    .orderBy('sequence', 'desc')
    .limit(2)
    .execute();
  if (row?.phase !== 'cut' || row.sequence !== head.cut) return whole;
  const { mac, ...unsigned } = row;
  if (mac !== sign(signedBytes(unsigned, before?.mac ?? chainStart))) return whole;
  const { through, mac: last } = cutSubject.parse(JSON.parse(row.subject));
  return { after: through, mac: last, cut: { row: row.sequence, at: row.at, actor: row.actor } };
}
