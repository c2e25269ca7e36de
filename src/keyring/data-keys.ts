import { createSecretKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import type { Kysely } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import { KeyringError } from './keyring-error.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import type { KeyringTables } from './tables.ts';

/**
 * `seal` protects values. `mac` signs the audit log, `checkpoint` its checkpoints and `rows` the rows that grant
 * or decide; none of them is ever replaced.
 * `entry` is the private half of the key pair that clients seal values to.
 */
export type KeyPurpose = 'seal' | 'mac' | 'checkpoint' | 'rows' | 'entry';

const purposes = {
  seal: 'values',
  mac: 'audit log',
  checkpoint: 'checkpoints of the audit log',
  rows: 'tokens and settings',
  entry: 'value entry',
} satisfies Record<KeyPurpose, string>;

export interface DataKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** A key that is in memory comes at once. */
export interface DataKeys {
  /** The key that seals an organization's new values; made when it is first used. */
  active(organization: string, purpose: KeyPurpose): DataKey | Promise<DataKey>;
  /** `undefined` if there is none, or it was made for another organization or purpose. */
  byId(organization: string, purpose: KeyPurpose, id: string): DataKey | undefined | Promise<DataKey | undefined>;
}

/** Runs work that all callers who want it meanwhile share, so that it is done for none of them. */
export type Shared = <T>(work: () => T) => T;

/** Unwrapped keys stay in memory, since unwrapping may be a call to a key service. */
export function createDataKeys(
  database: Kysely<KeyringTables>,
  kek: KeyEncryptionKey,
  now: () => number,
  shared: Shared,
): DataKeys {
  const activeKeys = new Map<string, DataKey | Promise<DataKey>>();
  const keysById = new Map<string, DataKey | undefined | Promise<DataKey | undefined>>();

  async function findActive(organization: string, purpose: KeyPurpose): Promise<string | undefined> {
    const row = await database
      .selectFrom('active_data_keys')
      .select('id')
      .where('organization', '=', organization)
      .where('purpose', '=', purpose)
      .executeTakeFirst();
    return row?.id;
  }

  async function create(organization: string, purpose: KeyPurpose): Promise<void> {
    const id = randomUUID();
    const plain = randomBytes(32);
    const wrapped = await kek.wrap(plain, associated(organization, purpose, id));
    plain.fill(0);
    await inTransaction(database, async (transaction) => {
      const { kek: current } = await transaction
        .selectFrom('key_check')
        .select('kek')
        .where('id', '=', 'check')
        .executeTakeFirstOrThrow();
      if (current !== kek.id)
        throw new KeyringError(
          'wrong_key',
          'the key-encryption key was replaced while this process ran',
          'start it again with the new key',
        );
      // Another orchestrator may have been first; then its key counts, and this one was never used.
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('active_data_keys')
        .values({ organization, purpose, id })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 1n)
        await transaction
          .insertInto('data_keys')
          .values({ id, organization, purpose, kek: kek.id, wrapped, created_at: now() })
          .execute();
    });
  }

  async function load(organization: string, purpose: KeyPurpose, id: string): Promise<DataKey | undefined> {
    const row = await database
      .selectFrom('data_keys')
      .selectAll()
      .where('id', '=', id)
      .where('organization', '=', organization)
      .where('purpose', '=', purpose)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const plain = await kek.unwrap(row.wrapped, associated(row.organization, row.purpose, row.id));
    if (plain === undefined)
      throw new KeyringError(
        'wrong_key',
        `the data key ${id} cannot be opened with this key-encryption key`,
        'start with the key that the data was sealed with',
      );
    const key = createSecretKey(plain);
    plain.fill(0);
    return { id, key };
  }

  const byId: DataKeys['byId'] = (organization, purpose, id) =>
    remember(keysById, `${organization}\n${purpose}\n${id}`, () => shared(() => load(organization, purpose, id)));

  async function loadActive(organization: string, purpose: KeyPurpose): Promise<DataKey> {
    let id = await findActive(organization, purpose);
    if (id === undefined) {
      await create(organization, purpose);
      id = await findActive(organization, purpose);
    }
    const key = id === undefined ? undefined : await byId(organization, purpose, id);
    if (key === undefined)
      throw new KeyringError(
        'wrong_key',
        `the data key of ${organization === '' ? 'the installation' : organization} for its ${purposes[purpose]} is missing`,
        'restore the database from a backup',
      );
    return key;
  }

  return {
    byId,
    active: (organization, purpose) =>
      remember(activeKeys, `${organization}\n${purpose}`, () => shared(() => loadActive(organization, purpose))),
  };
}

/** Concurrent callers share one load; failures and missing keys are not cached. */
function remember<T>(cache: Map<string, T | Promise<T>>, name: string, load: () => Promise<T>): T | Promise<T> {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(name, loading);
  void loading.then(
    (value) => (value === undefined ? cache.delete(name) : cache.set(name, value)),
    () => cache.delete(name),
  );
  return loading;
}

export function associated(organization: string, purpose: string, id: string): string[] {
  return ['kici data key', organization, purpose, id];
}
