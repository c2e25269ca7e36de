import type { Kysely } from 'kysely';
import type { OrchestratorTables } from '../tables.ts';

/** Jobs of every organization whose session has not ended. */
export async function countOpenJobs(database: Kysely<OrchestratorTables>, now: number): Promise<number> {
  const { count } = await database
    .selectFrom('jobs')
    .select((of) => of.fn.countAll().as('count'))
    .where('closed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(count);
}
