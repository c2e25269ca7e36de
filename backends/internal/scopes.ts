import { BackendError, isReservedScope, parseScopePath, type ScopePath } from '@kici-dev/secret-backend';
import { markDeleted } from './deleted.ts';
import { isOwn } from './row-seal.ts';
import type { Store } from './store.ts';

/** The scopes that were created, including empty ones. */
export async function listScopes({ database, organization }: Store): Promise<readonly ScopePath[]> {
  const rows = await database
    .selectFrom('internal_scopes')
    .select('scope')
    .where('organization', '=', organization)
    .orderBy('scope')
    .execute();
  return rows.flatMap(({ scope }) => {
    const path = parseScopePath(scope);
    return path.ok && !isReservedScope(scope) ? [path.value] : [];
  });
}

/** @throws BackendError `conflict` */
export async function createScope({ database, organization, now }: Store, scope: ScopePath): Promise<void> {
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('internal_scopes')
    .values({ organization, scope, created_at: now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) throw new BackendError('conflict', { detail: `the scope ${scope} exists` });
}

/** @throws BackendError `not_found` */
export async function deleteScope(store: Store, scope: ScopePath): Promise<number> {
  const { database, organization } = store;
  const sign = await store.signer();
  return store.inTransaction(database, async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('internal_scopes')
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw new BackendError('not_found', { detail: `there is no scope ${scope}` });
    const rows = await transaction
      .selectFrom('internal_secrets')
      .selectAll()
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .execute();
    const present = rows.filter((row) => row.deleted === 0 || !isOwn(sign, row));
    for (const row of present) await markDeleted(store, transaction, sign, row);
    return present.length;
  });
}
