import type { Kysely } from 'kysely';
import { KeyringError } from './keyring-error.ts';
import type { KeyEncryptionKey } from './key-encryption-key.ts';
import type { KeyringTables } from './tables.ts';

/**
 * The check row, which cannot be forged without the key, tells whether rows are signed: versions that did not sign rows
 * wrote the first text.
 */
const unsealedText = 'kici key check';
const sealedText = 'kici key check: rows sealed';

type CheckRow = KeyringTables['key_check'];

export interface KeyCheck {
  readonly row: CheckRow;
  readonly rowsAreSealed: boolean;
}

/**
 * Checks that the database was written under this key, and marks a new one as such.
 * @throws KeyringError `wrong_key`
 */
export async function checkKey(database: Kysely<KeyringTables>, kek: KeyEncryptionKey): Promise<KeyCheck> {
  await database
    .insertInto('key_check')
    .values(await keyCheckOf(kek, true))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await database.selectFrom('key_check').selectAll().where('id', '=', 'check').executeTakeFirstOrThrow();
  for (const [text, rowsAreSealed] of [
    [sealedText, true],
    [unsealedText, false],
  ] as const)
    if ((await kek.unwrap(row.wrapped, [text])) !== undefined) return { row, rowsAreSealed };
  throw new KeyringError(
    'wrong_key',
    'this is not the key that the database was sealed with',
    'start with the key that sealed it: KICI_SECRET_KEY or KICI_SECRET_KEY_FILE; without that key its secrets cannot be read',
  );
}

export async function keyCheckOf(kek: KeyEncryptionKey, rowsAreSealed: boolean): Promise<CheckRow> {
  const text = rowsAreSealed ? sealedText : unsealedText;
  return { id: 'check', kek: kek.id, wrapped: await kek.wrap(Buffer.from(text), [text]) };
}

export async function storeKeyCheck(
  database: Kysely<KeyringTables>,
  kek: KeyEncryptionKey,
  rowsAreSealed: boolean,
): Promise<void> {
  await database
    .updateTable('key_check')
    .set(await keyCheckOf(kek, rowsAreSealed))
    .where('id', '=', 'check')
    .execute();
}
