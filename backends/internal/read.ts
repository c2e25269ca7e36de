import { absent, BackendError, found, unknown, type CallContext, type ReadOutcome, type SecretRef } from '@kici-dev/secret-backend';
import { parseVersion, type Store } from './store.ts';

const refsPerQuery = 200;

/** One query for each 200 refs. */
export async function read(store: Store, refs: readonly SecretRef[], context: CallContext): Promise<readonly ReadOutcome[]> {
  const outcomes: ReadOutcome[] = [];
  for (let start = 0; start < refs.length; start += refsPerQuery) {
    outcomes.push(...await readSome(store, refs.slice(start, start + refsPerQuery), context));
  }
  return outcomes;
}

async function readSome(store: Store, refs: readonly SecretRef[], context: CallContext): Promise<readonly ReadOutcome[]> {
  if (context.signal.aborted) return refs.map(() => unknown('aborted'));
  const rows = await findRows(store, refs);
  const byPlace = new Map(rows.map((row) => [placeId(row.scope, row.key, row.version), row]));
  const current = new Map(rows.filter((row) => row.version === row.current).map((row) => [placeId(row.scope, row.key), row]));
  return Promise.all(refs.map(async ({ scope, key, version }): Promise<ReadOutcome> => {
    const number = version === undefined ? undefined : parseVersion(version);
    const row = version === undefined ? current.get(placeId(scope, key)) : byPlace.get(placeId(scope, key, number));
    if (row === undefined) return absent;
    try {
      return found(await store.open(row, row.sealed), String(row.version));
    } catch (error) {
      return BackendError.is(error) ? error.toOutcome() : unknown('server_error', 'a sealed value could not be opened');
    }
  }));
}

function findRows({ database, organization }: Store, refs: readonly SecretRef[]) {
  const keys = [...new Set(refs.map(({ key }) => key))];
  const scopes = [...new Set(refs.map(({ scope }) => scope))];
  const pinned = refs.some(({ version }) => version !== undefined);
  return database.selectFrom('internal_versions as v')
    .innerJoin('internal_secrets as s', (join) => join.onRef('s.organization', '=', 'v.organization').onRef('s.scope', '=', 'v.scope').onRef('s.key', '=', 'v.key'))
    .select(['v.scope', 'v.key', 'v.version', 'v.sealed', 's.version as current'])
    .where('v.organization', '=', organization).where('v.scope', 'in', scopes).where('v.key', 'in', keys)
    .$if(!pinned, (query) => query.whereRef('v.version', '=', 's.version'))
    .execute();
}

function placeId(...parts: readonly (string | number | undefined)[]): string {
  return JSON.stringify(parts);
}
