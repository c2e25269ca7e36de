import type { Kysely } from 'kysely';
import { runBuilt } from './statements.ts';
import type { Store } from './store.ts';
import type { InternalTables } from './tables.ts';

/**
 * Makes the scope where it is missing. Read first: an insert that finds the row there leaves no trace for PostgreSQL's
 * serializable level, and a deletion or a rename of the scope in the meantime would go unnoticed.
 */
export async function ensureScope(
  { organization, statements }: Pick<Store, 'organization' | 'statements'>,
  transaction: Kysely<InternalTables>,
  scope: string,
  at: number,
): Promise<void> {
  const { rows } = await runBuilt(transaction, statements, 'find scope', [organization, scope], () =>
    transaction
      .selectFrom('internal_scopes')
      .select('scope')
      .where('organization', '=', organization)
      .where('scope', '=', scope),
  );
  if (rows.length > 0) return;
  // One that somebody has made since is then a reason to run again, and not a duplicate.
  await transaction
    .insertInto('internal_scopes')
    .values({ organization, scope, created_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
