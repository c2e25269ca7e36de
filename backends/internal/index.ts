import {
  BackendError,
  contractVersion,
  type BackendDefinition,
  type CallContext,
  type SecretBackend,
  type SecretWrite,
} from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import { capabilities } from './capabilities.ts';
import { check } from './check.ts';
import { guard } from './guard.ts';
import { list } from './list.ts';
import { read } from './read.ts';
import { renameScope } from './rename.ts';
import { createScope, deleteScope, listScopes } from './scopes.ts';
import { declare, remove, restore, versions } from './secrets.ts';
import { createStore, type InTransaction, type Sealer, type Store } from './store.ts';
import type { InternalTables } from './tables.ts';
import { write, writeAll, type WrittenAll } from './write.ts';

export { eraseExpired, organizationsWithExpired } from './deleted.ts';
export { listMatching } from './list.ts';
export { readUnguarded } from './read.ts';
export { renameScopeAlong } from './rename-along.ts';
export type { WrittenAll } from './write.ts';
export { resealSecrets } from './secret-rows.ts';
export { createStore } from './store.ts';
export { internalMigrations, type InternalTables } from './tables.ts';
export type { InTransaction, Sealer } from './store.ts';

/**
 * The orchestrator's own store, the only backend that gets the database and the keys.
 * @param keepDeletedMs how long a deleted secret can be restored, in milliseconds
 */
export function internalDefinition(
  database: Kysely<InternalTables>,
  sealer: Sealer,
  keepDeletedMs: number,
  inTransaction: InTransaction,
): BackendDefinition {
  return {
    contract: contractVersion,
    type: 'internal',
    title: 'Internal store',
    summary: "the orchestrator's own database, every value sealed",
    settings: {},
    capabilities,
    create: (_, host) =>
      createInternal(
        createStore(database, sealer, host.organization, { now: () => host.now(), keepDeletedMs, inTransaction }),
      ),
  };
}

/**
 * Writes secrets atomically.
 * @param entries no two for one secret
 * @throws BackendError if the database cannot be written
 */
export function writeSecretsAsOne(
  store: Store,
  entries: readonly SecretWrite[],
  context: CallContext,
): Promise<WrittenAll> {
  return guard(context, () => writeAll(store, entries));
}

function createInternal(store: Store): SecretBackend {
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new BackendError('closed');
  };
  const run = async <T>(context: CallContext, work: () => Promise<T>): Promise<T> => {
    requireOpen();
    return guard(context, work);
  };
  return {
    capabilities,
    async *list(query, context) {
      requireOpen();
      yield* list(store, query, context);
    },
    async read(refs, context) {
      requireOpen();
      return read(store, refs, context);
    },
    write: (entry, context) => run(context, () => write(store, entry)),
    delete: (ref, context) => run(context, () => remove(store, ref)),
    versions: (ref, context) => run(context, () => versions(store, ref)),
    restore: (ref, context) => run(context, () => restore(store, ref)),
    declare: (ref, context) => run(context, () => declare(store, ref)),
    scopes: {
      list: (context) => run(context, () => listScopes(store)),
      create: (scope, context) => run(context, () => createScope(store, scope)),
      rename: (from, to, context) => run(context, () => renameScope(store, from, to)),
      delete: (scope, context) => run(context, () => deleteScope(store, scope)),
    },
    check: (context) => run(context, () => check(store)),
    // Whoever opened the database closes it.
    close: async () => {
      closed = true;
    },
  };
}
