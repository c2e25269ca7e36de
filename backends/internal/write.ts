import { BackendError, parseKey, type SecretWrite, type WriteReceipt } from '@kici-dev/secret-backend';
import { capabilities } from './capabilities.ts';
import { isOver } from './deleted.ts';
import { requireOwn, withSeal, type SecretRow, type SignRow } from './row-seal.ts';
import { findSecret } from './secret-rows.ts';
import { rfc3339, type Store } from './store.ts';

/** How many versions of a secret are kept, the current one among them. */
export const keptVersions = 10;
const maxAttempts = 20;

/**
 * Makes the value the current version of its secret.
 * @throws BackendError `too_large`, `invalid_argument`, `conflict`, `corrupt`
 */
export async function write(store: Store, entry: SecretWrite): Promise<WriteReceipt> {
  const { scope, key, value, expectedVersion } = entry;
  if (value.byteLength > capabilities.maxValueBytes) {
    throw new BackendError('too_large', {
      detail: `a value has at most ${capabilities.maxValueBytes} bytes, this one ${value.byteLength}`,
    });
  }
  requireKey(key);
  const sign = await store.signer();
  // Sealing needs the version and must not happen inside the transaction, so a writer in between means another try.
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const before = await findSecret(store.database, store.organization, entry);
    requireOwn(sign, before);
    const current = before?.deleted === 1 ? null : (before?.version ?? null);
    if (expectedVersion !== undefined && expectedVersion !== (current === null ? null : String(current))) {
      throw new BackendError('conflict', { detail: 'the current version is not the expected one' });
    }
    const version = (before?.last_version ?? 0) + 1;
    const sealed = await store.seal({ scope, key, version }, value);
    const at = store.now();
    if (await insertVersion(store, sign, { scope, key, version, sealed, at, before }))
      return { version: String(version), updatedAt: rfc3339(at) };
  }
  throw new BackendError('conflict', { detail: 'other writers were faster every time' });
}

/** @throws BackendError `invalid_argument` */
export function requireKey(key: string): void {
  const parsed = parseKey(key);
  if (!parsed.ok) throw new BackendError('invalid_argument', { detail: parsed.reason });
}

interface NewVersion {
  readonly scope: string;
  readonly key: string;
  readonly version: number;
  readonly sealed: Uint8Array;
  readonly at: number;
  readonly before: SecretRow | undefined;
}

/** False when the secret is not any more what it was before. */
function insertVersion(
  store: Store,
  sign: SignRow,
  { scope, key, version, sealed, at, before }: NewVersion,
): Promise<boolean> {
  const { database, organization } = store;
  // What a secret held that was deleted too long ago does not come back with its name.
  const isNew = before !== undefined && isOver(store, before);
  const row = withSeal(sign, { organization, scope, key, version, last_version: version, deleted: 0, updated_at: at });
  return database.transaction().execute(async (transaction) => {
    const claimed =
      before === undefined
        ? await transaction
            .insertInto('internal_secrets')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
            .then(({ numInsertedOrUpdatedRows }) => numInsertedOrUpdatedRows)
        : await transaction
            .updateTable('internal_secrets')
            .set(row)
            .where('organization', '=', organization)
            .where('scope', '=', scope)
            .where('key', '=', key)
            .where('last_version', '=', before.last_version)
            .where('version', before.version === null ? 'is' : '=', before.version)
            .executeTakeFirst()
            .then(({ numUpdatedRows }) => numUpdatedRows);
    if (claimed !== 1n) return false;
    await transaction
      .insertInto('internal_scopes')
      .values({ organization, scope, created_at: at })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await transaction
      .insertInto('internal_versions')
      .values({ organization, scope, key, version, sealed, created_at: at })
      .execute();
    await transaction
      .deleteFrom('internal_versions')
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .where('version', '<=', version - (isNew ? 1 : keptVersions))
      .execute();
    return true;
  });
}
