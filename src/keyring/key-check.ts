import type { Kysely } from 'kysely';
import { KeyringError } from './errors.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import type { KeyringTables } from './tables.ts';

const checkText = 'kici key check';

/**
 * Tells whether the database was written under this key, and marks a new one as written under it.
 * @throws KeyringError `wrong_key`
 */
export async function checkKey(database: Kysely<KeyringTables>, kek: KeyEncryptionKey): Promise<void> {
  await database
    .insertInto('key_check')
    .values(await keyCheckOf(kek))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await database
    .selectFrom('key_check')
    .select('wrapped')
    .where('id', '=', 'check')
    .executeTakeFirstOrThrow();
  if ((await kek.unwrap(row.wrapped, [checkText])) === undefined) {
    throw new KeyringError(
      'wrong_key',
      'this is not the key that the database was sealed with',
      'start with the key that made it: KICI_SECRET_KEY or KICI_SECRET_KEY_FILE; without that key its secrets cannot be read',
    );
  }
}

export async function keyCheckOf(kek: KeyEncryptionKey): Promise<KeyringTables['key_check']> {
  return { id: 'check', kek: kek.id, wrapped: await kek.wrap(Buffer.from(checkText), [checkText]) };
}
