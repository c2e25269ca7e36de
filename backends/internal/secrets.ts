import {
  BackendError,
  type DeleteReceipt,
  type SecretRef,
  type VersionInfo,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { isOwn, requireOwn, withSeal } from './row-seal.ts';
import { findSecret, retired, storeSecret } from './secret-rows.ts';
import { parseVersion, rfc3339, type Store } from './store.ts';
import { requireKey, write } from './write.ts';

/** A row that somebody has tampered with can be deleted, and only that. */
export async function remove(store: Store, { scope, key }: SecretRef): Promise<DeleteReceipt> {
  const { database, organization, now } = store;
  const sign = await store.signer();
  return database.transaction().execute(async (transaction) => {
    const before = await findSecret(transaction, organization, { scope, key });
    const existed = before !== undefined && (before.deleted === 0 || !isOwn(sign, before));
    if (existed) await storeSecret(transaction, withSeal(sign, retired(before, now())));
    await transaction
      .deleteFrom('internal_versions')
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .execute();
    return { existed };
  });
}

/** @throws BackendError `invalid_argument`, `corrupt` */
export async function declare(store: Store, { scope, key }: SecretRef): Promise<void> {
  requireKey(key);
  const { database, organization } = store;
  const at = store.now();
  const sign = await store.signer();
  await database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('internal_scopes')
      .values({ organization, scope, created_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const before = await findSecret(transaction, organization, { scope, key });
    requireOwn(sign, before);
    if (before?.deleted === 0) return;
    const last_version = before?.last_version ?? 0;
    await storeSecret(
      transaction,
      withSeal(sign, { organization, scope, key, version: null, last_version, deleted: 0, updated_at: at }),
    );
  });
}

export async function versions(
  { database, organization }: Store,
  { scope, key }: SecretRef,
): Promise<readonly VersionInfo[]> {
  const rows = await database
    .selectFrom('internal_versions as v')
    .innerJoin('internal_secrets as s', (join) =>
      join.onRef('s.organization', '=', 'v.organization').onRef('s.scope', '=', 'v.scope').onRef('s.key', '=', 'v.key'),
    )
    .select(['v.version', 'v.created_at', 's.version as current'])
    .where('v.organization', '=', organization)
    .where('v.scope', '=', scope)
    .where('v.key', '=', key)
    .orderBy('v.version', 'desc')
    .execute();
  return rows.map(({ version, created_at, current }) => ({
    version: String(version),
    createdAt: rfc3339(created_at),
    current: version === current,
    readable: true,
  }));
}

/**
 * The value becomes a new version: history is never rewritten.
 * @throws BackendError `not_found`, `corrupt`, `decryption_failed`
 */
export async function restore(store: Store, { scope, key, version }: Required<SecretRef>): Promise<WriteReceipt> {
  const number = parseVersion(version);
  const row =
    number === undefined
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
