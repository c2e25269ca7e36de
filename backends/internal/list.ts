import {
  parseScopePath,
  type CallContext,
  type ListPage,
  type ListQuery,
  type SecretDescriptor,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { isKept } from './deleted.ts';
import { guard } from './guard.ts';
import { isOwn, type SecretRow, type SignRow } from './row-seal.ts';
import { rfc3339, type Store } from './store.ts';

/** Lists in one statement, so that concurrent changes such as renaming a scope are seen completely or not at all. */
export async function* list(store: Store, query: ListQuery, context: CallContext): AsyncGenerator<ListPage> {
  const sign = await guard(context, () => store.signer());
  yield describe(
    store,
    sign,
    // Including rows marked deleted: if somebody else marked one, its name is not absent.
    await guard(context, () =>
      store.database
        .selectFrom('internal_secrets')
        .selectAll()
        .where('organization', '=', store.organization)
        .$if(query.scope !== undefined && query.depth === 'scope', (select) =>
          select.where('scope', '=', query.scope ?? ''),
        )
        .$if(query.scope !== undefined && query.depth === 'tree', (select) =>
          // A range, so that the index is used: "0" follows "/", so what begins with the scope and a slash ends there.
          select
            .where('scope', '>=', query.scope ?? '')
            .where('scope', '<', `${query.scope}0`)
            .where((eb) => eb.or([eb('scope', '=', query.scope ?? ''), eb('scope', '>=', `${query.scope}/`)])),
        )
        .orderBy('scope')
        .orderBy('key')
        .execute(),
    ),
  );
}

function describe(store: Store, sign: SignRow, rows: readonly SecretRow[]): ListPage {
  const secrets = new Array<SecretDescriptor>();
  const unnameable = new Array<UnnameableSecret>();
  for (const row of rows) {
    const { scope: stored, key, version, updated_at } = row;
    const own = isOwn(sign, row);
    const kept = isKept(store, row);
    if (own && row.deleted === 1 && !kept) continue;
    const scope = parseScopePath(stored);
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
