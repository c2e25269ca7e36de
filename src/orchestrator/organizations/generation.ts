import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';

/**
 * Records that something resolution depends on has changed; the next request of every orchestrator sees it. Must run in
 * the transaction of the change.
 * @returns a number that no other change of the organization gets
 */
export async function bumpGeneration(database: Kysely<OrchestratorTables>, organization: string): Promise<number> {
  const { generation } = await database
    .updateTable('organizations')
    .set((eb) => ({ generation: eb('generation', '+', 1) }))
    .where('name', '=', organization)
    .returning('generation')
    .executeTakeFirstOrThrow();
  return generation;
}

export async function readGeneration(database: Kysely<OrchestratorTables>, organization: string): Promise<number> {
  const row = await database
    .selectFrom('organizations')
    .select('generation')
    .where('name', '=', organization)
    .executeTakeFirst();
  return row?.generation ?? 0;
}
