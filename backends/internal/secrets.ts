import {
  BackendError,
  type DeleteReceipt,
  type SecretRef,
  type VersionInfo,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { erase, isKept, isOver, markDeleted } from './deleted.ts';
import { isOwn, requireOwn, withSeal } from './row-seal.ts';
import { ensureScope } from './scope-rows.ts';
import { findSecret, storeSecret } from './secret-rows.ts';
import { parseVersion, rfc3339, type Store } from './store.ts';
import { requireKey, write } from './write.ts';

/** Deletes a secret. A row that was tampered with can only be deleted. */
export async function remove(store: Store, { scope, key }: SecretRef): Promise<DeleteReceipt> {
  const { database } = store;
  const sign = await store.signer();
  return store.inTransaction(database, async (transaction) => {
    const before = await findSecret(store, transaction, { scope, key });
    if (before === undefined || (before.deleted === 1 && isOwn(sign, before))) return { existed: false };
    await markDeleted(store, transaction, sign, before);
    const after = await findSecret(store, transaction, { scope, key });
    const kept = after !== undefined && isKept(store, after);
    return { existed: true, ...(kept && { restorableUntil: rfc3339(after.updated_at + store.keepDeletedMs) }) };
  });
}

/** @throws BackendError `invalid_argument`, `corrupt` */
export async function declare(store: Store, { scope, key }: SecretRef): Promise<void> {
  requireKey(key);
  const { database, organization } = store;
  const at = store.now();
  const sign = await store.signer();
  await store.inTransaction(database, async (transaction) => {
    await ensureScope(store, transaction, scope, at);
    const before = await findSecret(store, transaction, { scope, key });
    requireOwn(sign, before);
    if (before?.deleted === 0) return;
    if (before !== undefined && isOver(store, before))
      await erase(transaction, organization, sign, before, before.updated_at);
    const last_version = before?.last_version ?? 0;
    await storeSecret(
      transaction,
      withSeal(sign, { organization, scope, key, version: null, last_version, deleted: 0, updated_at: at }),
    );
  });
}

/**
 * Those that can be restored; none for a secret that was deleted too long ago.
 * @throws BackendError `corrupt`
 */
export async function versions(store: Store, { scope, key }: SecretRef): Promise<readonly VersionInfo[]> {
  const { database, organization } = store;
  const sign = await store.signer();
  const secret = await findSecret(store, database, { scope, key });
  requireOwn(sign, secret);
  if (secret === undefined || isOver(store, secret)) return [];
  const rows = await database
    .selectFrom('internal_versions')
    .select(['version', 'created_at'])
    .where('organization', '=', organization)
    .where('scope', '=', scope)
    .where('key', '=', key)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(({ version, created_at }) => ({
    version: String(version),
    createdAt: rfc3339(created_at),
    current: secret.deleted === 0 && version === secret.version,
    readable: true,
  }));
}

/**
 * The value becomes a new version: history is never rewritten.
 * @throws BackendError `not_found`, `corrupt`, `decryption_failed`
 */
export async function restore(store: Store, { scope, key, version }: Required<SecretRef>): Promise<WriteReceipt> {
  const number = parseVersion(version);
  const sign = await store.signer();
  const secret = await findSecret(store, store.database, { scope, key });
  requireOwn(sign, secret);
  const row =
    number === undefined || secret === undefined || isOver(store, secret)
      ? undefined
      : await store.database
          .selectFrom('internal_versions')
          .select('sealed')
          .where('organization', '=', store.organization)
          .where('scope', '=', scope)
          .where('key', '=', key)
          .where('version', '=', number)
          .executeTakeFirst();
  if (number === undefined || row === undefined)
    throw new BackendError('not_found', { detail: 'there is no such version' });
  return write(store, { scope, key, value: await store.open({ scope, key, version: number }, row.sealed) });
}
