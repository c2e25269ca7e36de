import type { Kysely } from 'kysely';
import { isOwn, withSeal, type SecretRow, type SignRow } from './row-seal.ts';
import { storeSecret } from './secret-rows.ts';
import type { Store } from './store.ts';
import type { InternalTables } from './tables.ts';

type Transaction = Kysely<InternalTables>;

/** Whether a deleted secret can still be restored; until then its name is not absent but deleted. */
export function isKept({ now, keepDeletedMs }: Pick<Store, 'now' | 'keepDeletedMs'>, row: SecretRow): boolean {
  return row.deleted === 1 && row.version !== null && row.updated_at + keepDeletedMs > now();
}

/**
 * Deletes a secret: for as long as deleted ones are kept its value can be restored. A row that somebody has tampered with
 * goes for good, since nobody knows what it would bring back.
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

/** Takes a secret's values away for good; its name keeps the versions that it has given out. */
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

/** Erases what was deleted so long ago that it cannot be restored any more. */
export async function eraseExpired(
  { organization, now, keepDeletedMs }: Store,
  transaction: Transaction,
  sign: SignRow,
): Promise<void> {
  const rows = await transaction
    .selectFrom('internal_secrets')
    .selectAll()
    .where('organization', '=', organization)
    .where('deleted', '=', 1)
    .where('version', 'is not', null)
    .where('updated_at', '<=', now() - keepDeletedMs)
    .execute();
  for (const row of rows) if (isOwn(sign, row)) await erase(transaction, organization, sign, row, row.updated_at);
}
