import { BackendError, parseKey, type SecretWrite, type WriteReceipt } from '@kici-dev/secret-backend';
import type { Compilable, Kysely } from 'kysely';
import { capabilities } from './capabilities.ts';
import { isOver } from './deleted.ts';
import { requireOwn, withSeal, type SecretRow, type SignRow } from './row-seal.ts';
import { ensureScope } from './scope-rows.ts';
import { findSecret } from './secret-rows.ts';
import { runBuilt } from './statements.ts';
import { rfc3339, type Store } from './store.ts';
import type { InternalTables } from './tables.ts';

/** How many versions of a secret are kept, the current one included. */
export const keptVersions = 10;
const maxAttempts = 20;

/**
 * Makes the value the current version of its secret.
 * @throws BackendError `too_large`, `invalid_argument`, `conflict`, `corrupt`
 */
export async function write(store: Store, entry: SecretWrite): Promise<WriteReceipt> {
  const outcome = await writeAll(store, [entry]);
  if ('refused' in outcome) throw outcome.refused.error;
  const [receipt] = outcome.written;
  if (receipt === undefined) throw new BackendError('bad_answer', { detail: 'one was written' });
  return receipt;
}

/** Either all were written, in order, or none, because of one. */
export type WrittenAll =
  | { readonly written: readonly WriteReceipt[] }
  | { readonly refused: { readonly key: string; readonly error: BackendError } };

/**
 * Writes secrets atomically.
 * @param entries no two for one secret
 */
export async function writeAll(store: Store, entries: readonly SecretWrite[]): Promise<WrittenAll> {
  const sign = await store.signer();
  // Sealing needs the version but must not happen inside the transaction, so a concurrent writer means another try.
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const prepared: NewVersion[] = [];
    for (const entry of entries) {
      try {
        prepared.push(await prepare(store, sign, entry));
      } catch (error) {
        if (!BackendError.is(error)) throw error;
        return { refused: { key: entry.key, error } };
      }
    }
    if (await insertVersions(store, sign, prepared))
      return { written: prepared.map(({ version, at }) => ({ version: String(version), updatedAt: rfc3339(at) })) };
  }
  const error = new BackendError('conflict', { detail: 'other writers were faster on every attempt' });
  return { refused: { key: entries[0]?.key ?? '', error } };
}

/** @throws BackendError `too_large`, `invalid_argument`, `conflict`, `corrupt` */
async function prepare(store: Store, sign: SignRow, entry: SecretWrite): Promise<NewVersion> {
  const { scope, key, value, expectedVersion } = entry;
  if (value.byteLength > capabilities.maxValueBytes) {
    throw new BackendError('too_large', {
      detail: `a value has at most ${capabilities.maxValueBytes} bytes, and this one has ${value.byteLength}`,
    });
  }
  requireKey(key);
  const before = await findSecret(store, store.database, entry);
  requireOwn(sign, before);
  const current = before?.deleted === 1 ? null : (before?.version ?? null);
  if (expectedVersion !== undefined && expectedVersion !== (current === null ? null : String(current)))
    throw new BackendError('conflict', { detail: 'the current version is not the expected one' });
  const version = (before?.last_version ?? 0) + 1;
  const sealed = await store.seal({ scope, key, version }, value);
  return { scope, key, version, sealed, at: store.now(), before };
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

/** Thrown to roll back earlier writes. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** False if a secret changed meanwhile; then none is written. */
async function insertVersions(store: Store, sign: SignRow, versions: readonly NewVersion[]): Promise<boolean> {
  try {
    await store.inTransaction(store.database, async (transaction) => {
      for (const version of versions)
        if (!(await insertVersion(transaction, store, sign, version))) throw new Overtaken();
    });
    return true;
  } catch (error) {
    if (error instanceof Overtaken) return false;
    throw error;
  }
}

async function insertVersion(
  transaction: Kysely<InternalTables>,
  store: Store,
  sign: SignRow,
  entry: NewVersion,
): Promise<boolean> {
  const { organization, statements } = store;
  const { scope, key, version, sealed, at, before } = entry;
  await ensureScope(store, transaction, scope, at);
  if (!(await claim(transaction, store, sign, entry))) return false;
  const values = { organization, scope, key, version, sealed, created_at: at };
  await runBuilt(transaction, statements, 'insert version', Object.values(values), () =>
    transaction.insertInto('internal_versions').values(values),
  );
  // The values of a secret deleted too long ago do not return with its name.
  const isNew = before !== undefined && isOver(store, before);
  const last = version - (isNew ? 1 : keptVersions);
  await runBuilt(transaction, statements, 'forget versions', [organization, scope, key, last], () =>
    transaction
      .deleteFrom('internal_versions')
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .where('version', '<=', last),
  );
  return true;
}

/** False if the secret is not what it was before. */
async function claim(
  transaction: Kysely<InternalTables>,
  { organization, statements }: Store,
  sign: SignRow,
  { scope, key, version, at, before }: NewVersion,
): Promise<boolean> {
  const row = withSeal(sign, { organization, scope, key, version, last_version: version, deleted: 0, updated_at: at });
  const { numAffectedRows } =
    before === undefined
      ? await runBuilt(transaction, statements, 'insert secret', Object.values(row), () =>
          transaction
            .insertInto('internal_secrets')
            .values(row)
            .onConflict((conflict) => conflict.doNothing()),
        )
      : await runBuilt(transaction, statements, ...replacing(transaction, row, before));
  return numAffectedRows === 1n;
}

function replacing(
  transaction: Kysely<InternalTables>,
  row: SecretRow,
  { last_version, version }: SecretRow,
): [name: string, parameters: readonly unknown[], build: () => Compilable] {
  const { organization, scope, key } = row;
  return [
    version === null ? 'replace secret without a value' : 'replace secret',
    [...Object.values(row), organization, scope, key, last_version, ...(version === null ? [] : [version])],
    () =>
      transaction
        .updateTable('internal_secrets')
        .set(row)
        .where('organization', '=', organization)
        .where('scope', '=', scope)
        .where('key', '=', key)
        .where('last_version', '=', last_version)
        .where('version', version === null ? 'is' : '=', version),
  ];
}
