import { BackendError, type ScopePath } from '@kici-dev/secret-backend';
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import { erase } from './deleted.ts';
import { requireOwn, withSeal, type SignRow } from './row-seal.ts';
import { storeSecret } from './secret-rows.ts';
import type { Store } from './store.ts';
import type { InternalTables } from './tables.ts';

const maxAttempts = 5;

type SecretRow = InternalTables['internal_secrets'];
type VersionRow = InternalTables['internal_versions'];

interface Contents {
  readonly secrets: readonly SecretRow[];
  readonly versions: readonly VersionRow[];
}

/** Runs in the same transaction as a rename: both take effect, or neither. */
export type Along = (transaction: Kysely<InternalTables>) => Promise<void>;

/**
 * Moves the secrets of a scope. Values are bound to their scope, so each version is sealed again; if names of the new
 * scope were used before, version numbers continue from there.
 * @param along runs last; if it throws, the rename is rolled back
 * @throws BackendError `conflict`, `not_found`, `corrupt`, `decryption_failed`
 */
export async function renameScope(store: Store, from: ScopePath, to: ScopePath, along?: Along): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) if (await tryRename(store, from, to, along)) return;
  throw new BackendError('conflict', { detail: `secrets of ${from} kept changing during the rename` });
}

/** False if something was written meanwhile: sealing must not happen inside the transaction. */
async function tryRename(store: Store, from: ScopePath, to: ScopePath, along: Along | undefined): Promise<boolean> {
  const { database, organization } = store;
  const sign = await store.signer();
  const before = await contentsOf(database, organization, from);
  for (const row of before.secrets) requireOwn(sign, row);
  const retired = await lastVersions(database, sign, organization, to);
  const moved = await move(store, before, to, retired);
  return store.inTransaction(database, async (transaction) => {
    const scopes = await transaction
      .selectFrom('internal_scopes')
      .select('scope')
      .where('organization', '=', organization)
      .where('scope', 'in', [from, to])
      .execute();
    if (scopes.some(({ scope }) => scope === to))
      throw new BackendError('conflict', { detail: `the scope ${to} exists` });
    if (scopes.length === 0) throw new BackendError('not_found', { detail: `there is no scope ${from}` });
    const now = await contentsOf(transaction, organization, from);
    const retiredNow = await lastVersions(transaction, sign, organization, to);
    if (fingerprint(now, retiredNow) !== fingerprint(before, retired)) return false;
    await transaction
      .updateTable('internal_scopes')
      .set({ scope: to })
      .where('organization', '=', organization)
      .where('scope', '=', from)
      .execute();
    await transaction
      .deleteFrom('internal_secrets')
      .where('organization', '=', organization)
      .where('scope', '=', to)
      .where('key', 'in', (eb) =>
        eb
          .selectFrom('internal_secrets')
          .select('key')
          .where('organization', '=', organization)
          .where('scope', '=', from)
          .where(isThere),
      )
      .execute();
    for (const row of moved.secrets) await storeSecret(transaction, withSeal(sign, row));
    for (const row of moved.versions) await transaction.insertInto('internal_versions').values(row).execute();
    for (const row of now.secrets) await erase(transaction, organization, sign, row, store.now());
    await along?.(transaction);
    return true;
  });
}

/** Includes deleted ones while they can be restored. */
function isThere(eb: ExpressionBuilder<InternalTables, 'internal_secrets'>): Expression<SqlBool> {
  return eb.or([eb('deleted', '=', 0), eb('version', 'is not', null)]);
}

async function contentsOf(database: Kysely<InternalTables>, organization: string, scope: string): Promise<Contents> {
  const secrets = await database
    .selectFrom('internal_secrets')
    .selectAll()
    .where('organization', '=', organization)
    .where('scope', '=', scope)
    .where(isThere)
    .orderBy('key')
    .execute();
  const versions = await database
    .selectFrom('internal_versions')
    .selectAll()
    .where('organization', '=', organization)
    .where('scope', '=', scope)
    .orderBy('key')
    .orderBy('version')
    .execute();
  return { secrets, versions };
}

async function lastVersions(
  database: Kysely<InternalTables>,
  sign: SignRow,
  organization: string,
  scope: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await database
    .selectFrom('internal_secrets')
    .selectAll()
    .where('organization', '=', organization)
    .where('scope', '=', scope)
    .orderBy('key')
    .execute();
  for (const row of rows) requireOwn(sign, row);
  return new Map(rows.map(({ key, last_version }) => [key, last_version]));
}

async function move(
  store: Store,
  { secrets, versions }: Contents,
  to: ScopePath,
  retired: ReadonlyMap<string, number>,
): Promise<Contents> {
  const oldest = new Map<string, number>();
  for (const { key, version } of versions) oldest.set(key, Math.min(version, oldest.get(key) ?? version));
  const shifts = new Map(
    secrets.map(({ key, last_version }) => [
      key,
      Math.max(0, (retired.get(key) ?? 0) + 1 - (oldest.get(key) ?? last_version + 1)),
    ]),
  );
  // Shifted no further than needed: numbers added up at each rename would soon overflow.
  const renumber = (key: string, version: number): number => version + (shifts.get(key) ?? 0);
  return {
    secrets: secrets.map((row) => ({
      ...row,
      scope: to,
      last_version: renumber(row.key, row.last_version),
      version: row.version === null ? null : renumber(row.key, row.version),
    })),
    versions: await Promise.all(
      versions.map(async (row) => {
        const place = { scope: to, key: row.key, version: renumber(row.key, row.version) };
        return { ...row, ...place, sealed: await store.seal(place, await store.open(row, row.sealed)) };
      }),
    ),
  };
}

/** Versions never change once written, so their numbers show whether anything happened. */
function fingerprint({ secrets, versions }: Contents, retired: ReadonlyMap<string, number>): string {
  return JSON.stringify([
    secrets.map(({ key, version, last_version, deleted }) => [key, version, last_version, deleted]),
    versions.map(({ key, version }) => [key, version]),
    [...retired],
  ]);
}
