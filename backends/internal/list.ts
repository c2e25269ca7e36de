import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  answerLimits,
  BackendError,
  parseScopePath,
  type CallContext,
  type ListPage,
  type ListQuery,
  type Parsed,
  type ScopePath,
  type SecretDescriptor,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { sql, type Compilable } from 'kysely';
import { isKept } from './deleted.ts';
import { guard } from './guard.ts';
import { isOwn, type SecretRow } from './row-seal.ts';
import { scopesMatching } from './scope-patterns.ts';
import { rfc3339, type Store } from './store.ts';

/** Lists in one statement, so that concurrent changes such as renaming a scope are seen completely or not at all. */
export async function* list(store: Store, query: ListQuery, context: CallContext): AsyncGenerator<ListPage> {
  yield await describe(
    store,
    await guard(context, () =>
      found(
        store,
        rowsOf(store)
          .$if(query.scope !== undefined && query.depth === 'scope', (select) =>
            select.where('scope', '=', query.scope ?? ''),
          )
          .$if(query.scope !== undefined && query.depth === 'tree', (select) =>
            // A range, for the index: "0" follows "/", so what begins with the scope and a slash ends there.
            select
              .where('scope', '>=', query.scope ?? '')
              .where('scope', '<', `${query.scope}0`)
              .where((eb) => eb.or([eb('scope', '=', query.scope ?? ''), eb('scope', '>=', `${query.scope}/`)])),
          ),
      ),
    ),
    context,
  );
}

/**
 * As `list`, of every scope that one of the patterns selects, in one statement too. May name more.
 * @param patterns scopes, and globs as bindings have them
 * @param pause lets others have their turn of the event loop, between two parts of a long list; default: every other
 *   list has its part in the same turn
 * @throws BackendError `too_large` when there are more names than any list may have
 */
export async function listMatching(
  store: Store,
  patterns: readonly string[],
  context: CallContext,
  pause: () => Promise<void> = nextTurn,
): Promise<Required<Pick<ListPage, 'secrets' | 'unnameable'>>> {
  const scopes = scopesMatching(store.organization, patterns);
  const rows =
    scopes === 'none'
      ? []
      : await guard(context, () =>
          found(
            store,
            rowsOf(store)
              .$if(scopes !== 'all', (select) => select.where(sql<boolean>`scope in (${scopes})`))
              .limit(answerLimits.names + 1),
          ),
        );
  if (rows.length > answerLimits.names)
    throw new BackendError('too_large', { detail: `the bindings select more than ${answerLimits.names} names` });
  const { secrets, unnameable = [] } = await describe(store, rows, context, pause);
  return { secrets, unnameable };
}

/** Deleted ones too: a name that somebody else has marked so is not absent. */
function rowsOf({ database, organization }: Store) {
  return database
    .selectFrom('internal_secrets')
    .selectAll()
    .where('organization', '=', organization)
    .orderBy('scope')
    .orderBy('key');
}

/** Compiled first: that way SQLite's rows cost half, and in a long list they are most of what it costs. */
async function found<R>({ database }: Store, select: Compilable<R>): Promise<readonly R[]> {
  return (await database.executeQuery(select.compile())).rows;
}

/** Between two turns of the event loop. */
const rowsAtOnce = 500;

async function describe(
  store: Store,
  rows: readonly SecretRow[],
  context: CallContext,
  pause: () => Promise<void> = nextTurn,
): Promise<ListPage> {
  const sign = await guard(context, async () => store.signer());
  const secrets = new Array<SecretDescriptor>();
  const unnameable = new Array<UnnameableSecret>();
  let [last, scope]: [string, Parsed<ScopePath>] = ['', parseScopePath('')];
  for (const [index, row] of rows.entries()) {
    if (index > 0 && index % rowsAtOnce === 0) await guard(context, pause);
    const { scope: stored, key, version, updated_at } = row;
    const own = isOwn(sign, row, store.checked);
    const kept = isKept(store, row);
    if (own && row.deleted === 1 && !kept) continue;
    // Rows come in the order of their scopes, which are looked at, and kept, once each.
    if (stored !== last) [last, scope] = [stored, parseScopePath(stored)];
    if (!scope.ok) unnameable.push({ name: `${stored} ${key}`, reason: scope.reason });
    else if (!own) secrets.push({ scope: scope.value, key, problem: 'corrupt' });
    else if (kept) secrets.push({ scope: scope.value, key, problem: 'deleted', updatedAt: rfc3339(updated_at) });
    else
      secrets.push({
        scope: scope.value,
        key,
        updatedAt: rfc3339(updated_at),
        ...(version === null ? { declaredOnly: true } : { version: String(version) }),
      });
  }
  return unnameable.length === 0 ? { secrets } : { secrets, unnameable };
}
