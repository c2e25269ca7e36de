import { resealSecrets } from '@kici-dev/secret-backend-internal';
import type { Kysely } from 'kysely';
import { inTransaction } from '../database/in-transaction.ts';
import type { Keyring } from '../keyring/keyring.ts';
import {
  organizationsWithRows,
  resealAccess,
  resealOrganization,
  type Resealed,
} from '../orchestrator/seals/reseal.ts';
import { createSeals } from '../orchestrator/seals/seals.ts';
import type { AllTables } from './all-tables.ts';

/** Thrown to roll back a look. */
class Rollback extends Error {
  override readonly name = 'Rollback';
  readonly found: readonly Resealed[];

  constructor(found: readonly Resealed[]) {
    super('nothing was changed');
    this.found = found;
  }
}

/**
 * Seals every row that grants or decides as it is, all or none.
 * @param how `look`: changes nothing
 * @returns what had no valid seal
 */
export async function sealRows(
  database: Kysely<AllTables>,
  keyring: Keyring,
  how: 'look' | 'seal',
): Promise<readonly Resealed[]> {
  const seals = createSeals(keyring, () => undefined);
  const secrets = await database.selectFrom('internal_secrets').select('organization').distinct().execute();
  const names = new Set([
    ...(await organizationsWithRows(database)),
    ...secrets.map(({ organization }) => organization),
  ]);
  const everywhere = await seals.of(null);
  const organizations = await Promise.all(
    [...names].map(async (name) => ({
      name,
      own: await seals.of(name),
      sign: await keyring.rowSigner(name),
    })),
  );
  try {
    return await inTransaction(database, async (transaction: Kysely<AllTables>) => {
      const found = [...(await resealAccess(transaction, everywhere, null))];
      for (const { name, own, sign } of organizations) {
        found.push(...(await resealOrganization(transaction, own, name)));
        for (const { scope, key } of await resealSecrets(transaction, sign, name))
          found.push({ organization: name, what: `the current version of ${key} in ${scope}` });
      }
      if (how === 'look') throw new Rollback(found);
      await keyring.noteRowsSealed(transaction);
      return found;
    });
  } catch (error) {
    if (error instanceof Rollback) return error.found;
    throw error;
  }
}
