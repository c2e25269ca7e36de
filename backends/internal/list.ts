import { parseScopePath, type CallContext, type ListPage, type ListQuery, type SecretDescriptor } from '@kici-dev/secret-backend';
import { requireRunning } from './context.ts';
import { rfc3339, type Store } from './store.ts';

const pageSize = 500;

/** Pages by the last name seen, so that a change in between neither repeats nor skips a name. */
export async function* list(store: Store, query: ListQuery, context: CallContext): AsyncGenerator<ListPage> {
  let last: { scope: string; key: string } | undefined;
  for (;;) {
    requireRunning(context);
    const after = last;
    const rows = await store.database.selectFrom('internal_secrets').selectAll()
      .where('organization', '=', store.organization)
      .$if(query.scope !== undefined && query.depth === 'scope', (select) => select.where('scope', '=', query.scope ?? ''))
      .$if(query.scope !== undefined && query.depth === 'tree', (select) => select.where((eb) => eb.or([
        eb('scope', '=', query.scope ?? ''),
        // "0" follows "/", so this is exactly what begins with the scope and a slash.
        eb.and([eb('scope', '>=', `${query.scope}/`), eb('scope', '<', `${query.scope}0`)]),
      ])))
      .$if(after !== undefined, (select) => select.where((eb) => eb.or([
        eb('scope', '>', after?.scope ?? ''),
        eb.and([eb('scope', '=', after?.scope ?? ''), eb('key', '>', after?.key ?? '')]),
      ])))
      .orderBy('scope').orderBy('key').limit(pageSize).execute();
    yield { secrets: rows.flatMap(describe) };
    last = rows.at(-1);
    if (rows.length < pageSize) return;
  }
}

function describe(row: { scope: string; key: string; version: number | null; updated_at: number }): SecretDescriptor[] {
  const scope = parseScopePath(row.scope);
  if (!scope.ok) return [];
  const named = { scope: scope.value, key: row.key, updatedAt: rfc3339(row.updated_at) };
  return [row.version === null ? { ...named, declaredOnly: true } : { ...named, version: String(row.version) }];
}
