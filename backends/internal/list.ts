import {
  parseScopePath,
  type CallContext,
  type ListPage,
  type ListQuery,
  type SecretDescriptor,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { guard } from './guard.ts';
import { rfc3339, type Store } from './store.ts';

/** All in one statement: whatever moves a secret meanwhile, such as a scope's new name, is seen whole or not at all. */
export async function* list(store: Store, query: ListQuery, context: CallContext): AsyncGenerator<ListPage> {
  yield describe(
    await guard(context, () =>
      store.database
        .selectFrom('internal_secrets')
        .select(['scope', 'key', 'version', 'updated_at'])
        .where('organization', '=', store.organization)
        .where('deleted', '=', 0)
        .$if(query.scope !== undefined && query.depth === 'scope', (select) =>
          select.where('scope', '=', query.scope ?? ''),
        )
        .$if(query.scope !== undefined && query.depth === 'tree', (select) =>
          select.where((eb) =>
            eb.or([
              eb('scope', '=', query.scope ?? ''),
              // "0" follows "/", so this is exactly what begins with the scope and a slash.
              eb.and([eb('scope', '>=', `${query.scope}/`), eb('scope', '<', `${query.scope}0`)]),
            ]),
          ),
        )
        .orderBy('scope')
        .orderBy('key')
        .execute(),
    ),
  );
}

function describe(
  rows: readonly { scope: string; key: string; version: number | null; updated_at: number }[],
): ListPage {
  const secrets = new Array<SecretDescriptor>();
  const unnameable = new Array<UnnameableSecret>();
  for (const { scope: stored, key, version, updated_at } of rows) {
    const scope = parseScopePath(stored);
    if (!scope.ok) unnameable.push({ name: `${stored} ${key}`, reason: scope.reason });
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
