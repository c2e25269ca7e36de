import { sql, type Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';

/** Breaks in the logs of all organizations since an owner has last acknowledged what was wrong with each. */
export async function countBreaks(database: Kysely<OrchestratorTables>): Promise<number> {
  const rows = await database
    .selectFrom('audit_rows')
    .select(['organization', 'sequence', 'phase', 'result'])
    // In the words of the index.
    .where(sql<boolean>`(phase = 'break' or operation = 'audit.acknowledge')`)
    .orderBy('organization')
    .orderBy('sequence')
    .execute();
  const open = new Map<string, number>();
  for (const { organization, phase, result } of rows)
    if (phase === 'break') open.set(organization, (open.get(organization) ?? 0) + 1);
    else if (phase === 'outcome' && result === 'done') open.delete(organization);
  return [...open.values()].reduce((sum, count) => sum + count, 0);
}
