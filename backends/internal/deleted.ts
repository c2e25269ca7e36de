import { sql, type Kysely } from 'kysely';
import { isOwn, withSeal, type SecretRow, type SignRow } from './row-seal.ts';
import { findSecret, storeSecret } from './secret-rows.ts';
import type { Store } from './store.ts';
import type { InternalTables } from './tables.ts';

type Transaction = Kysely<InternalTables>;

/** Whether a deleted secret can still be restored; until it cannot, its name is deleted rather than absent. */
export function isKept({ now, keepDeletedMs }: Pick<Store, 'now' | 'keepDeletedMs'>, row: SecretRow): boolean {
  return row.deleted === 1 && row.version !== null && row.updated_at + keepDeletedMs > now();
}

/** Whether a deleted secret's values are gone for good, even if they have not been erased yet. */
export function isOver(store: Pick<Store, 'now' | 'keepDeletedMs'>, row: SecretRow): boolean {
  return row.deleted === 1 && !isKept(store, row);
}

/**
 * Deletes a secret; its value can be restored for as long as deleted ones are kept. A row that was tampered with is
 * deleted for good, since nobody knows what it would restore.
 */
export async function markDeleted(
  { organization, now, keepDeletedMs }: Store,
  transaction: Transaction,
  sign: SignRow,
  row: SecretRow,
): Promise<void> {
  if (keepDeletedMs === 0 || row.version === null || !isOwn(sign, row)) {
    await erase(transaction, organization, sign, row, now());
    return;
  }
  await storeSecret(transaction, withSeal(sign, { ...row, deleted: 1, updated_at: now() }));
}

/** Removes a secret's values for good; its name remembers the versions that it has used. */
export async function erase(
  transaction: Transaction,
  organization: string,
  sign: SignRow,
  row: SecretRow,
  at: number,
): Promise<void> {
  await storeSecret(transaction, withSeal(sign, { ...row, version: null, deleted: 1, updated_at: at }));
  await transaction
    .deleteFrom('internal_versions')
    .where('organization', '=', organization)
    .where('scope', '=', row.scope)
    .where('key', '=', row.key)
    .execute();
}

/** Rows per transaction, which blocks everybody else. */
const rowsAtOnce = 200;

/**
 * Erases secrets that were deleted too long ago to be restored.
 * @returns how many there were
 */
export async function eraseExpired(store: Store): Promise<number> {
  const { database, organization } = store;
  const sign = await store.signer();
  let erased = 0;
  for (let after: SecretRow | undefined; ;) {
    const rows = await expired(database, store)
      .selectAll()
      .where('organization', '=', organization)
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(scope, key) > (${after?.scope ?? ''}, ${after?.key ?? ''})`),
      )
      .orderBy('scope')
      .orderBy('key')
      .limit(rowsAtOnce)
      .execute();
    erased += await store.inTransaction(database, async (transaction) => {
      let count = 0;
      for (const { scope, key } of rows) {
        const row = await findSecret(store, transaction, { scope, key });
        // It may have been restored meanwhile.
        if (row === undefined || row.version === null || !isOwn(sign, row) || !isOver(store, row)) continue;
        await erase(transaction, organization, sign, row, row.updated_at);
        count += 1;
      }
      return count;
    });
    after = rows.at(-1);
    if (rows.length < rowsAtOnce) return erased;
  }
}

/** Organizations that have something to erase. */
export async function organizationsWithExpired(
  database: Kysely<InternalTables>,
  times: Pick<Store, 'now' | 'keepDeletedMs'>,
): Promise<readonly string[]> {
  const rows = await expired(database, times).select('organization').distinct().execute();
  return rows.map(({ organization }) => organization);
}

/** In the order of the index, so that the index is used. */
function expired(database: Kysely<InternalTables>, { now, keepDeletedMs }: Pick<Store, 'now' | 'keepDeletedMs'>) {
  return database
    .selectFrom('internal_secrets')
    .where('deleted', '=', sql.lit(1))
    .where('version', 'is not', null)
    .where('updated_at', '<=', now() - keepDeletedMs);
}
