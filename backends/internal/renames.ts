import type { Kysely } from 'kysely';
import type { InternalTables } from './tables.ts';

/**
 * How often scopes of an organization were renamed. Two lists, one after the other, can both miss the secrets of a
 * scope that is renamed between them; they miss none where this is the same before the first and after the last.
 */
export async function countRenames(database: Kysely<InternalTables>, organization: string): Promise<number> {
  const row = await database
    .selectFrom('internal_renames')
    .select('count')
    .where('organization', '=', organization)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Belongs into the transaction of the rename. */
export async function noteRename(transaction: Kysely<InternalTables>, organization: string): Promise<void> {
  await transaction
    .insertInto('internal_renames')
    .values({ organization, count: 1 })
    .onConflict((conflict) =>
      conflict.column('organization').doUpdateSet((eb) => ({ count: eb('internal_renames.count', '+', 1) })),
    )
    .execute();
}
