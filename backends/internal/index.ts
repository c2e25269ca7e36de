import { BackendError, type BackendDefinition, type CallContext, type SecretBackend } from '@kici-dev/secret-backend';
import type { Kysely } from 'kysely';
import { capabilities } from './capabilities.ts';
import { requireRunning } from './context.ts';
import { list } from './list.ts';
import { read } from './read.ts';
import { createScopes } from './scopes.ts';
import { declare, remove, restore, versions } from './secrets.ts';
import { createStore, type Sealer, type Store } from './store.ts';
import type { InternalTables } from './tables.ts';
import { write } from './write.ts';

export { internalMigrations, type InternalTables } from './tables.ts';
export type { Sealer } from './store.ts';

/** The orchestrator's own store. The database and the keys are given to it, and to no other backend. */
export function internalDefinition(database: Kysely<InternalTables>, sealer: Sealer): BackendDefinition {
  return {
    type: 'internal',
    title: 'Internal store',
    summary: 'the orchestrator\'s own database, every value sealed',
    settings: {},
    capabilities,
    create: (_, host) => createInternal(createStore(database, sealer, host.organization, () => host.now())),
  };
}

function createInternal(store: Store): SecretBackend {
  let closed = false;
  const requireOpen = (): void => {
    if (closed) throw new BackendError('closed');
  };
  const start = (context: CallContext): void => {
    requireOpen();
    requireRunning(context);
  };
  return {
    capabilities,
    async *list(query, context) {
      start(context);
      yield* list(store, query, context);
    },
    async read(refs, context) {
      requireOpen();
      return read(store, refs, context);
    },
    async write(entry, context) {
      start(context);
      return write(store, entry);
    },
    async delete(ref, context) {
      start(context);
      return remove(store, ref);
    },
    async versions(ref, context) {
      start(context);
      return versions(store, ref);
    },
    async restore(ref, context) {
      start(context);
      return restore(store, ref);
    },
    async declare(ref, context) {
      start(context);
      return declare(store, ref);
    },
    scopes: createScopes(store, requireOpen),
    async check(context) {
      start(context);
      await store.database.selectFrom('internal_scopes').select('scope').limit(1).execute();
      return { server: 'embedded database' };
    },
    // The database belongs to whoever opened it.
    close: async () => {
      closed = true;
    },
  };
}
