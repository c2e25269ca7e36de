import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditHead } from './anchor.ts';
import { readBeginning } from './beginning.ts';
import { chainStart, signedBytes } from './chain.ts';
import type { LogEnd } from './heads.ts';
import { firstPage } from './pages.ts';

/** What the writer found wrong before it appended. The log keeps it as a row of phase `break`. */
export const breakSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cut_off'), anchored: z.int(), last: z.int() }),
  z.object({ kind: z.literal('replaced'), anchored: z.int() }),
  z.object({ kind: z.literal('forged'), anchored: z.int(), row: z.int() }),
  z.object({ kind: z.literal('head_differs'), head: z.int(), last: z.int() }),
  z.object({ kind: z.literal('anchor_missing'), last: z.int() }),
  z.object({ kind: z.literal('anchor_damaged'), last: z.int(), problem: z.string() }),
]);
export type AuditBreak = z.output<typeof breakSchema>;

export function describeBreak(found: AuditBreak): string {
  switch (found.kind) {
    case 'cut_off':
      return `the log ended at row ${found.last}, but the anchor outside the database had row ${found.anchored}`;
    case 'replaced':
      return `row ${found.anchored} differs from the one in the anchor outside the database`;
    case 'forged':
      return `row ${found.row}, which followed the anchored row ${found.anchored}, was not written by an orchestrator of these keys`;
    case 'head_differs':
      return found.head === found.last
        ? `row ${found.last} differs from what its writer has left as the head of the log`
        : `the log ended at row ${found.last}, but its writer has left row ${found.head} as the head of the log`;
    case 'anchor_missing':
      return `there was no anchor outside the database, so rows that were cut off after row ${found.last} would not show`;
    case 'anchor_damaged':
      return `the anchor outside the database ${found.problem}, so rows that were cut off after row ${found.last} would not show`;
  }
}

/** Where an organization's next row goes. */
export interface Continuation {
  /** MAC of the row that the next one is chained to. */
  readonly mac: string;
  readonly sequence: number;
  /** True for the organization's first row while nothing is anchored yet. */
  readonly first: boolean;
  /** True where this writer's anchor has nothing of a log that others write too. */
  readonly joins?: boolean;
  readonly found?: AuditBreak;
}

/** What a writer knows of an organization's log apart from its rows. */
export interface Known {
  readonly anchor: AnchorState;
  readonly sign: (bytes: Uint8Array) => string;
  /** Others append too, who have anchors of their own: that this one has nothing is no sign of a removed anchor. */
  readonly isShared: boolean;
}

/**
 * Compares the log with its anchor and its head. Rows beyond the anchored one are accepted if the newest is chained to
 * the one before it: their writer is another orchestrator, or was killed before it could anchor them. A sequence that
 * the anchor knows is never reused.
 */
export async function continueLog(
  database: Kysely<OrchestratorTables>,
  organization: string,
  { newest, head }: LogEnd,
  { anchor, sign, isShared }: Known,
): Promise<Continuation> {
  const { sequence, mac } = newest ?? { sequence: 0, mac: chainStart };
  const end = { sequence, mac, first: false };
  if (anchor.state === 'damaged')
    return { ...end, found: { kind: 'anchor_damaged', last: sequence, problem: anchor.problem } };
  const anchored = anchor.state === 'readable' ? anchor.heads.get(organization) : undefined;
  if (anchored === undefined && newest === undefined && (head?.sequence ?? 0) === 0) return { ...end, first: true };
  if (anchored === undefined && !isShared) return { ...end, found: { kind: 'anchor_missing', last: sequence } };
  const found =
    (anchored === undefined || isSame(anchored, end)
      ? undefined
      : await compareWithAnchor(database, organization, anchored, sequence, sign)) ??
    compareWithHead(head, end) ??
    (isSame(anchored, end) || newest === undefined
      ? undefined
      : await findForged(database, organization, anchored, sign));
  return {
    ...end,
    sequence: Math.max(sequence, anchored?.sequence ?? 0),
    ...(anchored === undefined && { joins: true }),
    ...(found !== undefined && { found }),
  };
}

function isSame(left: AuditHead | undefined, right: AuditHead): boolean {
  return left?.sequence === right.sequence && left.mac === right.mac;
}

async function compareWithAnchor(
  database: Kysely<OrchestratorTables>,
  organization: string,
  anchored: AuditHead,
  last: number,
  sign: (bytes: Uint8Array) => string,
): Promise<AuditBreak | undefined> {
  if (anchored.sequence === 0) return undefined;
  const row = await database
    .selectFrom('audit_rows')
    .select('mac')
    .where('organization', '=', organization)
    .where('sequence', '=', anchored.sequence)
    .executeTakeFirst();
  if (row?.mac === anchored.mac) return undefined;
  if (row === undefined) {
    const { after, mac } = await readBeginning(database, organization, sign);
    if (anchored.sequence < after || (anchored.sequence === after && anchored.mac === mac)) return undefined;
  }
  return row === undefined && last < anchored.sequence
    ? { kind: 'cut_off', anchored: anchored.sequence, last }
    : { kind: 'replaced', anchored: anchored.sequence };
}

/** A head behind the newest row is that of a writer of an earlier release. */
function compareWithHead(head: AuditHead | undefined, end: AuditHead): AuditBreak | undefined {
  if (head === undefined || head.sequence < end.sequence || isSame(head, end)) return undefined;
  return { kind: 'head_differs', head: head.sequence, last: end.sequence };
}

/** Looks at the newest row alone; at the others only to name the one that is wrong. */
async function findForged(
  database: Kysely<OrchestratorTables>,
  organization: string,
  anchored: AuditHead | undefined,
  sign: (bytes: Uint8Array) => string,
): Promise<AuditBreak | undefined> {
  const rows = database.selectFrom('audit_rows').where('organization', '=', organization);
  const [newest, before] = await rows.selectAll().orderBy('sequence', 'desc').limit(2).execute();
  if (newest === undefined) return undefined;
  const { mac, ...unsigned } = newest;
  if (mac === sign(signedBytes(unsigned, before?.mac ?? chainStart))) return undefined;
  if (anchored === undefined) return { kind: 'forged', anchored: 0, row: newest.sequence };
  for (let last = anchored; ;) {
    // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
    const page = await firstPage(rows.where('sequence', '>', last.sequence).orderBy('sequence'));
    for (const { mac: told, ...row } of page.rows) {
      if (row.sequence !== last.sequence + 1 || told !== sign(signedBytes(row, last.mac)))
        return { kind: 'forged', anchored: anchored.sequence, row: row.sequence };
      last = { sequence: row.sequence, mac: told };
    }
    if (page.isLast) return { kind: 'forged', anchored: anchored.sequence, row: newest.sequence };
  }
}
