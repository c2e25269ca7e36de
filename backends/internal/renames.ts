import type { Kysely } from 'kysely';
import type { InternalTables } from './tables.ts';

/**
 * How often scopes of an organization were renamed. Two consecutive lists can both miss the secrets of a scope that is
 * renamed in between; they miss none if this number is the same before the first and after the last.
 */
export async function countRenames(database: Kysely<InternalTables>, organization: string): Promise<number> {
  const row = await database
    .selectFrom('internal_renames')
    .select('count')
    .where('organization', '=', organization)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Must run in the transaction of the rename. */
export async function noteRename(transaction: Kysely<InternalTables>, organization: string): Promise<void> {
  await transaction
    .insertInto('internal_renames')
    .values({ organization, count: 1 })
    .onConflict((conflict) =>
      conflict.column('organization').doUpdateSet((eb) => ({ count: eb('internal_renames.count', '+', 1) })),
    )
    .execute();
}
