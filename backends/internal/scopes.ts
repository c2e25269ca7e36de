import { BackendError, isReservedScope, parseScopePath, type CallContext, type ScopePath, type ScopeStore } from '@kici-dev/secret-backend';
import { requireRunning } from './context.ts';
import type { Store } from './store.ts';

const maxAttempts = 5;

export function createScopes(store: Store, requireOpen: () => void): ScopeStore {
  const { database, organization, now } = store;
  const start = (context: CallContext): void => {
    requireOpen();
    requireRunning(context);
  };
  return {
    async list(context) {
      start(context);
      const rows = await database.selectFrom('internal_scopes').select('scope').where('organization', '=', organization).orderBy('scope').execute();
      return rows.flatMap(({ scope }) => {
        const path = parseScopePath(scope);
        return path.ok && !isReservedScope(scope) ? [path.value] : [];
      });
    },
    async create(scope, context) {
      start(context);
      const { numInsertedOrUpdatedRows } = await database.insertInto('internal_scopes').values({ organization, scope, created_at: now() })
        .onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      if (numInsertedOrUpdatedRows !== 1n) throw new BackendError('conflict', { detail: `the scope ${scope} exists` });
    },
    async rename(from, to, context) {
      start(context);
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) if (await tryRename(store, from, to)) return;
      throw new BackendError('conflict', { detail: `secrets of ${from} changed again and again during the rename` });
    },
    async delete(scope, context) {
      start(context);
      return database.transaction().execute(async (transaction) => {
        const { numDeletedRows: scopes } = await transaction.deleteFrom('internal_scopes').where('organization', '=', organization).where('scope', '=', scope).executeTakeFirst();
        if (scopes === 0n) throw new BackendError('not_found', { detail: `there is no scope ${scope}` });
        const { numDeletedRows } = await transaction.deleteFrom('internal_secrets').where('organization', '=', organization).where('scope', '=', scope).executeTakeFirst();
        await transaction.deleteFrom('internal_versions').where('organization', '=', organization).where('scope', '=', scope).execute();
        return Number(numDeletedRows);
      });
    },
  };
}

/** Values are bound to their scope, so each is sealed anew. False when one was written meanwhile. */
async function tryRename(store: Store, from: ScopePath, to: ScopePath): Promise<boolean> {
  const { database, organization } = store;
  const before = await database.selectFrom('internal_versions').selectAll().where('organization', '=', organization).where('scope', '=', from).execute();
  const resealed = await Promise.all(before.map(async (row) => ({ ...row, scope: to, sealed: await store.seal({ ...row, scope: to }, await store.open(row, row.sealed)) })));
  return database.transaction().execute(async (transaction) => {
    const scopes = await transaction.selectFrom('internal_scopes').select('scope').where('organization', '=', organization).where('scope', 'in', [from, to]).execute();
    if (scopes.some(({ scope }) => scope === to)) throw new BackendError('conflict', { detail: `the scope ${to} exists` });
    if (scopes.length === 0) throw new BackendError('not_found', { detail: `there is no scope ${from}` });
    const now = await transaction.selectFrom('internal_versions').select(['key', 'version']).where('organization', '=', organization).where('scope', '=', from).execute();
    const places = new Set(before.map(({ key, version }) => `${version} ${key}`));
    if (now.length !== before.length || !now.every(({ key, version }) => places.has(`${version} ${key}`))) return false;
    await transaction.updateTable('internal_scopes').set({ scope: to }).where('organization', '=', organization).where('scope', '=', from).execute();
    await transaction.updateTable('internal_secrets').set({ scope: to }).where('organization', '=', organization).where('scope', '=', from).execute();
    await transaction.deleteFrom('internal_versions').where('organization', '=', organization).where('scope', '=', from).execute();
    for (const row of resealed) await transaction.insertInto('internal_versions').values(row).execute();
    return true;
  });
}
