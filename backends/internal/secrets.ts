import {
  BackendError,
  type DeleteReceipt,
  type SecretRef,
  type VersionInfo,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { parseVersion, rfc3339, type Store } from './store.ts';
import { requireKey, write } from './write.ts';

export async function remove(
  { database, organization, now }: Store,
  { scope, key }: SecretRef,
): Promise<DeleteReceipt> {
  return database.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('internal_secrets')
      .set({ version: null, deleted: 1, updated_at: now() })
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .where('deleted', '=', 0)
      .executeTakeFirst();
    await transaction
      .deleteFrom('internal_versions')
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .execute();
    return { existed: numUpdatedRows > 0n };
  });
}

/** @throws BackendError `invalid_argument` */
export async function declare({ database, organization, now }: Store, { scope, key }: SecretRef): Promise<void> {
  requireKey(key);
  const at = now();
  await database.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('internal_scopes')
      .values({ organization, scope, created_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await transaction
      .insertInto('internal_secrets')
      .values({ organization, scope, key, version: null, last_version: 0, deleted: 0, updated_at: at })
      .onConflict((conflict) =>
        conflict
          .columns(['organization', 'scope', 'key'])
          .doUpdateSet({ deleted: 0, updated_at: at })
          .where('internal_secrets.deleted', '=', 1),
      )
      .execute();
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
