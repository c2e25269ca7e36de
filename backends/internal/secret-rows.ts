import type { Kysely } from 'kysely';
import { isOwn, withSeal, type SecretRow, type SignRow } from './row-seal.ts';
import { runBuilt } from './statements.ts';
import type { Store } from './store.ts';
import type { InternalTables } from './tables.ts';

/** The row that says which version of a secret is current. */
export async function findSecret(
  { organization, statements }: Pick<Store, 'organization' | 'statements'>,
  database: Kysely<InternalTables>,
  { scope, key }: Pick<SecretRow, 'scope' | 'key'>,
): Promise<SecretRow | undefined> {
  const { rows } = await runBuilt(database, statements, 'find secret', [organization, scope, key], () =>
    database
      .selectFrom('internal_secrets')
      .selectAll()
      .where('organization', '=', organization)
      .where('scope', '=', scope)
      .where('key', '=', key),
  );
  return rows[0];
}

/** Inserts a row, or replaces the one with its name. */
export async function storeSecret(database: Kysely<InternalTables>, row: SecretRow): Promise<void> {
  const { version, last_version, deleted, updated_at, seal } = row;
  await database
    .insertInto('internal_secrets')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['organization', 'scope', 'key'])
        .doUpdateSet({ version, last_version, deleted, updated_at, seal }),
    )
    .execute();
}

/** Seals the rows of an organization as they are. @returns those whose seal was invalid */
export async function resealSecrets(
  transaction: Kysely<InternalTables>,
  sign: SignRow,
  organization: string,
): Promise<readonly SecretRow[]> {
  const rows = await transaction
    .selectFrom('internal_secrets')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
  const foreign = rows.filter((row) => !isOwn(sign, row));
  for (const row of foreign) await storeSecret(transaction, withSeal(sign, row));
  return foreign;
}
