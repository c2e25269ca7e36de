import { BackendError, type DeleteReceipt, type SecretRef, type VersionInfo, type WriteReceipt } from '@kici-dev/secret-backend';
import { parseVersion, rfc3339, type Store } from './store.ts';
import { currentOf, write } from './write.ts';

export async function remove({ database, organization }: Store, { scope, key }: SecretRef): Promise<DeleteReceipt> {
  return database.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction.deleteFrom('internal_secrets')
      .where('organization', '=', organization).where('scope', '=', scope).where('key', '=', key).executeTakeFirst();
    await transaction.deleteFrom('internal_versions').where('organization', '=', organization).where('scope', '=', scope).where('key', '=', key).execute();
    return { existed: numDeletedRows > 0n };
  });
}

export async function declare({ database, organization, now }: Store, { scope, key }: SecretRef): Promise<void> {
  const at = now();
  await database.transaction().execute(async (transaction) => {
    await transaction.insertInto('internal_scopes').values({ organization, scope, created_at: at }).onConflict((conflict) => conflict.doNothing()).execute();
    await transaction.insertInto('internal_secrets').values({ organization, scope, key, version: null, last_version: 0, updated_at: at })
      .onConflict((conflict) => conflict.doNothing()).execute();
  });
}

export async function versions(store: Store, ref: SecretRef): Promise<readonly VersionInfo[]> {
  const current = await currentOf(store, ref);
  const rows = await store.database.selectFrom('internal_versions').select(['version', 'created_at'])
    .where('organization', '=', store.organization).where('scope', '=', ref.scope).where('key', '=', ref.key).orderBy('version', 'desc').execute();
  return rows.map((row) => ({ version: String(row.version), createdAt: rfc3339(row.created_at), current: row.version === current?.version, readable: true }));
}

/** The value becomes a new version: history is never rewritten. */
export async function restore(store: Store, { scope, key, version }: Required<SecretRef>): Promise<WriteReceipt> {
  const number = parseVersion(version);
  const row = number === undefined ? undefined : await store.database.selectFrom('internal_versions').select('sealed')
    .where('organization', '=', store.organization).where('scope', '=', scope).where('key', '=', key).where('version', '=', number).executeTakeFirst();
  if (number === undefined || row === undefined) throw new BackendError('not_found', { detail: 'there is no such version' });
  return write(store, { scope, key, value: await store.open({ scope, key, version: number }, row.sealed) });
}
