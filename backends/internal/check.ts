import { BackendError, type HealthReport } from '@kici-dev/secret-backend';
import type { Store } from './store.ts';

/**
 * Opens a value as a read would: a database that answers is useless without its keys.
 * @throws BackendError `decryption_failed`, and what the database says
 */
export async function check(store: Store): Promise<HealthReport> {
  const row = await store.database
    .selectFrom('internal_versions')
    .selectAll()
    .where('organization', '=', store.organization)
    .limit(1)
    .executeTakeFirst();
  try {
    if (row !== undefined) await store.open(row, row.sealed);
  } catch (error) {
    // One damaged value concerns only its secret, whose own read reports it.
    if (!BackendError.is(error) || error.code !== 'corrupt') throw error;
  }
  return { server: 'database of the orchestrator' };
}
