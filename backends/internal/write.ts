import { BackendError, type SecretRef, type SecretWrite, type WriteReceipt } from '@kici-dev/secret-backend';
import { capabilities } from './capabilities.ts';
import { rfc3339, type Store } from './store.ts';

/** How many versions of a secret are kept, the current one among them. */
export const keptVersions = 10;
const maxAttempts = 20;

export async function write(store: Store, entry: SecretWrite): Promise<WriteReceipt> {
  const { scope, key, value, expectedVersion } = entry;
  if (value.byteLength > capabilities.maxValueBytes) {
    throw new BackendError('too_large', { detail: `a value has at most ${capabilities.maxValueBytes} bytes, this one ${value.byteLength}` });
  }
  if (key === '' || key.length > 512) throw new BackendError('invalid_argument', { detail: 'a key has 1 to 512 characters' });
  // Sealing needs the version and must not happen inside the transaction, so a writer in between means another try.
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const before = await currentOf(store, entry);
    if (expectedVersion !== undefined && expectedVersion !== (before?.version == null ? null : String(before.version))) {
      throw new BackendError('conflict', { detail: 'the current version is not the expected one' });
    }
    const version = (before?.last_version ?? 0) + 1;
    const sealed = await store.seal({ scope, key, version }, value);
    const at = store.now();
    if (await insertVersion(store, { scope, key, version, sealed, at, isNew: before === undefined })) return { version: String(version), updatedAt: rfc3339(at) };
  }
  throw new BackendError('conflict', { detail: 'other writers were faster every time' });
}

export function currentOf({ database, organization }: Store, { scope, key }: SecretRef): Promise<{ version: number | null; last_version: number } | undefined> {
  return database.selectFrom('internal_secrets').select(['version', 'last_version'])
    .where('organization', '=', organization).where('scope', '=', scope).where('key', '=', key).executeTakeFirst();
}

interface NewVersion {
  readonly scope: string;
  readonly key: string;
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly at: number;
  readonly isNew: boolean;
}

/** False when somebody else has written in the meantime. */
function insertVersion({ database, organization }: Store, { scope, key, version, sealed, at, isNew }: NewVersion): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    const claimed = isNew
      ? await transaction.insertInto('internal_secrets').values({ organization, scope, key, version, last_version: version, updated_at: at })
        .onConflict((conflict) => conflict.doNothing()).executeTakeFirst().then(({ numInsertedOrUpdatedRows }) => numInsertedOrUpdatedRows)
      : await transaction.updateTable('internal_secrets').set({ version, last_version: version, updated_at: at })
        .where('organization', '=', organization).where('scope', '=', scope).where('key', '=', key).where('last_version', '=', version - 1)
        .executeTakeFirst().then(({ numUpdatedRows }) => numUpdatedRows);
    if (claimed !== 1n) return false;
    await transaction.insertInto('internal_scopes').values({ organization, scope, created_at: at }).onConflict((conflict) => conflict.doNothing()).execute();
    await transaction.insertInto('internal_versions').values({ organization, scope, key, version, sealed, created_at: at }).execute();
    await transaction.deleteFrom('internal_versions')
      .where('organization', '=', organization).where('scope', '=', scope).where('key', '=', key).where('version', '<=', version - keptVersions).execute();
    return true;
  });
}
