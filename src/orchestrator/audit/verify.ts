import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditAnchor } from './anchor.ts';
import type { AuditSigner } from './audit-log.ts';
import { chainStart, signedBytes } from './chain.ts';

export interface AuditVerification {
  readonly intact: boolean;
  readonly rows: number;
  readonly openIntents: readonly number[];
  readonly problems: readonly { readonly sequence: number; readonly problem: string }[];
}

const pageSize = 1_000;

/** Walks the chain from its start to its head and compares the head with the anchor. */
export async function verifyAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
  organization: string,
): Promise<AuditVerification> {
  // Read first: rows appended during the walk then lie beyond the anchor, never before it.
  const { head: anchored, readable } = await anchor.read(organization).then(
    (head) => ({ head, readable: true }),
    () => ({ head: undefined, readable: false }),
  );
  const sign = await signer(organization);
  const problems: { sequence: number; problem: string }[] = [];
  const openIntents = new Set<number>();
  let sequence = 0;
  let previousMac = chainStart;
  let anchorSeen = anchored === undefined;
  let rows = 0;
  for (;;) {
    const page = await database
      .selectFrom('audit_rows')
      .selectAll()
      .where('organization', '=', organization)
      .where('sequence', '>', sequence)
      .orderBy('sequence')
      .limit(pageSize)
      .execute();
    for (const row of page) {
      if (row.sequence !== sequence + 1)
        problems.push({ sequence: sequence + 1, problem: `rows ${sequence + 1} to ${row.sequence - 1} are missing` });
      const { mac: stored, ...unsigned } = row;
      if (stored !== sign(signedBytes(unsigned, previousMac)))
        problems.push({ sequence: row.sequence, problem: 'the row or the one before it was changed' });
      if (anchored?.sequence === row.sequence) {
        anchorSeen = true;
        if (anchored.mac !== stored)
          problems.push({ sequence: row.sequence, problem: 'the row differs from the anchor outside the database' });
      }
      if (row.phase === 'intent') openIntents.add(row.sequence);
      if (row.phase === 'outcome' && row.intent !== null) openIntents.delete(row.intent);
      sequence = row.sequence;
      previousMac = stored;
      rows += 1;
    }
    if (page.length < pageSize) break;
  }
  if (!anchorSeen)
    problems.push({
      sequence: anchored?.sequence ?? 0,
      problem: `the log ends at row ${sequence}, but the anchor outside the database knows row ${anchored?.sequence ?? 0}`,
    });
  if (!readable)
    problems.push({
      sequence,
      problem: 'the anchor outside the database cannot be read, so a cut-off tail would not show',
    });
  else if (anchored === undefined && rows > 0)
    problems.push({ sequence, problem: 'there is no anchor outside the database, so a cut-off tail would not show' });
  return { intact: problems.length === 0, rows, openIntents: [...openIntents], problems };
}
