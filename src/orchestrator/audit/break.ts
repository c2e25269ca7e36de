import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditHead } from './anchor.ts';
import { chainStart, signedBytes } from './chain.ts';
import { firstPage } from './pages.ts';

/** What the writer found wrong before it appended. The log keeps it as a row of phase `break`. */
export const breakSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cut_off'), anchored: z.int(), last: z.int() }),
  z.object({ kind: z.literal('replaced'), anchored: z.int() }),
  z.object({ kind: z.literal('forged'), anchored: z.int(), row: z.int() }),
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
  readonly found?: AuditBreak;
}

/**
 * Compares the log with its anchor. Rows beyond the anchored one are accepted if they are chained to it: their writer
 * was killed before it could anchor them. A sequence that the anchor knows is never reused.
 */
export async function continueLog(
  database: Kysely<OrchestratorTables>,
  organization: string,
  anchor: AnchorState,
  sign: (bytes: Uint8Array) => string,
): Promise<Continuation> {
  const last = await readHead(database, organization);
  const { sequence, mac } = last ?? { sequence: 0, mac: chainStart };
  if (anchor.state === 'damaged')
    return {
      sequence,
      mac,
      first: false,
      found: { kind: 'anchor_damaged', last: sequence, problem: anchor.problem },
    };
  const anchored = anchor.state === 'readable' ? anchor.heads.get(organization) : undefined;
  if (anchored === undefined)
    return {
      sequence,
      mac,
      first: last === undefined,
      ...(last !== undefined && { found: { kind: 'anchor_missing', last: sequence } }),
    };
  const found =
    anchored.sequence === sequence && anchored.mac === mac
      ? undefined
      : await compare(database, organization, anchored, sequence, sign);
  return {
    sequence: Math.max(sequence, anchored.sequence),
    mac,
    first: false,
    ...(found !== undefined && { found }),
  };
}

async function compare(
  database: Kysely<OrchestratorTables>,
  organization: string,
  anchored: AuditHead,
  last: number,
  sign: (bytes: Uint8Array) => string,
): Promise<AuditBreak | undefined> {
  let before = anchored;
  if (anchored.sequence > 0) {
    const row = await database
      .selectFrom('audit_rows')
      .select('mac')
      .where('organization', '=', organization)
      .where('sequence', '=', anchored.sequence)
      .executeTakeFirst();
    if (row === undefined)
      return last < anchored.sequence
        ? { kind: 'cut_off', anchored: anchored.sequence, last }
        : { kind: 'replaced', anchored: anchored.sequence };
    if (row.mac !== anchored.mac) return { kind: 'replaced', anchored: anchored.sequence };
  }
  for (;;) {
    const { rows, isLast } = await firstPage(
      database
        .selectFrom('audit_rows')
        .where('organization', '=', organization)
        .where('sequence', '>', before.sequence)
        .orderBy('sequence'),
    );
    for (const { mac, ...row } of rows) {
      if (row.sequence !== before.sequence + 1 || mac !== sign(signedBytes(row, before.mac)))
        return { kind: 'forged', anchored: anchored.sequence, row: row.sequence };
      before = { sequence: row.sequence, mac };
    }
    if (isLast) return undefined;
  }
}

function readHead(database: Kysely<OrchestratorTables>, organization: string): Promise<AuditHead | undefined> {
  return database
    .selectFrom('audit_rows')
    .select(['sequence', 'mac'])
    .where('organization', '=', organization)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
}
