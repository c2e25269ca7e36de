import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';
import type { AuditHead } from './anchor.ts';
import { readBeginning } from './beginning.ts';
import type { AuditSigner } from './services.ts';

/** Of some rows those that are there, with their MACs, and the last one that a cut has removed, if it is among them. */
export async function readMarks(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  organization: string,
  rows: readonly number[],
): Promise<readonly AuditHead[]> {
  const { after, mac } = await readBeginning(database, organization, await signer(organization));
  const found = await database
    .selectFrom('audit_rows')
    .select(['sequence', 'mac'])
    .where('organization', '=', organization)
    .where('sequence', 'in', rows)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .execute();
  return rows.includes(after) ? [{ sequence: after, mac }, ...found] : found;
}
