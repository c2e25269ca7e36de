import type { Kysely } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import { associated } from './data-keys.ts';
import { KeyringError } from './keyring-error.ts';
import { checkKey, keyCheckOf, type KeyCheck } from './key-check.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import type { KeyringTables } from './tables.ts';

const maxAttempts = 5;

/**
 * Wraps the data keys with another key-encryption key, all or none. Secrets stay as they are, so the cost depends only
 * on the number of organizations. Running processes must be restarted with the new key.
 * @returns how many data keys were wrapped again
 * @throws KeyringError `wrong_key` if the database was not written under `from`, `same_key`, `busy`
 */
export async function rotateKeyEncryptionKey(
  database: Kysely<KeyringTables>,
  from: KeyEncryptionKey,
  to: KeyEncryptionKey,
): Promise<number> {
  if (from.id === to.id)
    throw new KeyringError(
      'same_key',
      'the new key is already in use',
      'nothing was changed; give a file with another key, or one that does not exist yet',
    );
  const before = await checkKey(database, from);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    // Outside the transaction, since wrapping may be a call to a key service.
    const rows = await database.selectFrom('data_keys').selectAll().execute();
    const rewrapped = await Promise.all(
      rows.map(async ({ id, organization, purpose, wrapped }) => {
        const plain = await from.unwrap(wrapped, associated(organization, purpose, id));
        if (plain === undefined)
          throw new KeyringError(
            'wrong_key',
            `the data key ${id} cannot be opened with the old key`,
            'nothing was changed; check whether somebody else has rotated the key in the meantime; otherwise restore that row from a backup',
          );
        const row = { id, kek: to.id, wrapped: await to.wrap(plain, associated(organization, purpose, id)) };
        plain.fill(0);
        return row;
      }),
    );
    if (await store(database, rewrapped, before, await keyCheckOf(to, before.rowsAreSealed))) return rewrapped.length;
  }
  throw new KeyringError(
    'busy',
    'new data keys kept being created in the meantime',
    'nothing was changed; stop the orchestrators and try again',
  );
}

/** False if meanwhile a data key was made, or another process rotated the keys or sealed the rows. */
function store(
  database: Kysely<KeyringTables>,
  rewrapped: readonly { id: string; kek: string; wrapped: Uint8Array }[],
  before: KeyCheck,
  check: KeyringTables['key_check'],
): Promise<boolean> {
  return inTransaction(database, async (transaction) => {
    const current = await transaction
      .selectFrom('key_check')
      .selectAll()
      .where('id', '=', 'check')
      .executeTakeFirstOrThrow();
    if (!Buffer.from(current.wrapped).equals(before.row.wrapped)) return false;
    const now = await transaction.selectFrom('data_keys').select('id').execute();
    if (now.length !== rewrapped.length) return false;
    for (const { id, kek, wrapped } of rewrapped)
      await transaction.updateTable('data_keys').set({ kek, wrapped }).where('id', '=', id).execute();
    await transaction.updateTable('key_check').set(check).where('id', '=', 'check').execute();
    return true;
  });
}
