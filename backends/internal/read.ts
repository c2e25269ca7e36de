import {
  absent,
  BackendError,
  found,
  unknown,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { sql, type CompiledQuery } from 'kysely';
import { capabilities } from './capabilities.ts';
import { isKept } from './deleted.ts';
import { fromDatabase } from './failures.ts';
import { guard } from './guard.ts';
import { isOwn, type SecretRow, type SignRow } from './row-seal.ts';
import { builtOnce } from './statements.ts';
import { parseVersion, type Place, type Store } from './store.ts';

interface Sealed extends Place {
  readonly sealed: Uint8Array;
}

interface Current extends SecretRow {
  /** Null: the version's row is gone, and with it the value. */
  readonly sealed: Uint8Array | null;
}

/**
 * As `read`, for a caller that waits for the end, however long the database takes; at once, where nothing has to be
 * waited for.
 */
export function readUnguarded(
  store: Store,
  refs: readonly SecretRef[],
): readonly ReadOutcome[] | Promise<readonly ReadOutcome[]> {
  return readNow(store, refs) ?? readInBatches(refs, (batch) => readBatch(store, batch));
}

/** Undefined where keys or rows have to be waited for. */
function readNow(store: Store, refs: readonly SecretRef[]): readonly ReadOutcome[] | undefined {
  if (refs.length === 0 || refs.length > capabilities.readBatchSize) return undefined;
  if (refs.some(({ version }) => version !== undefined)) return undefined;
  const sign = store.signer();
  if (sign instanceof Promise) {
    // Who waits asks for it again, and fails there.
    sign.catch(() => undefined);
    return undefined;
  }
  const rows = rowsNow(store, refs);
  if (rows === undefined) return undefined;
  const current = byPlace(rows);
  const outcomes = new Array<ReadOutcome>();
  for (const { scope, key } of refs) {
    const outcome = openCurrent(store, sign, current.get(placeId(scope, key)));
    if (outcome instanceof Promise) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Reads with one query for each batch of refs, and one more where some of them name a version. */
export async function read(
  store: Store,
  refs: readonly SecretRef[],
  context: CallContext,
): Promise<readonly ReadOutcome[]> {
  return readInBatches(refs, (batch) => guard(context, () => readBatch(store, batch)));
}

async function readInBatches(
  refs: readonly SecretRef[],
  readSome: (batch: readonly SecretRef[]) => Promise<readonly ReadOutcome[]>,
): Promise<readonly ReadOutcome[]> {
  const outcomes: ReadOutcome[] = [];
  for (let start = 0; start < refs.length; start += capabilities.readBatchSize) {
    const batch = refs.slice(start, start + capabilities.readBatchSize);
    try {
      outcomes.push(...(await readSome(batch)));
    } catch (error) {
      const outcome = (BackendError.is(error) ? error : fromDatabase(error)).toOutcome();
      outcomes.push(...batch.map(() => outcome));
    }
  }
  return outcomes;
}

async function readBatch(store: Store, refs: readonly SecretRef[]): Promise<readonly ReadOutcome[]> {
  const current = byPlace(await findCurrent(store, refs));
  const pinned = new Map((await findPinned(store, refs)).map((row) => [placeId(row.scope, row.key, row.version), row]));
  const sign = await store.signer();
  return Promise.all(
    refs.map(async ({ scope, key, version }) =>
      version === undefined
        ? openCurrent(store, sign, current.get(placeId(scope, key)))
        : openPinned(
            store,
            sign,
            current.get(placeId(scope, key)),
            pinned.get(placeId(scope, key, parseVersion(version))),
          ),
    ),
  );
}

function byPlace(rows: readonly Current[]): ReadonlyMap<string, Current> {
  const places = new Map<string, Current>();
  for (const row of rows) places.set(placeId(row.scope, row.key), row);
  return places;
}

/** A version is gone with its secret. */
function openPinned(
  store: Store,
  sign: SignRow,
  row: Current | undefined,
  pinned: Sealed | undefined,
): ReadOutcome | Promise<ReadOutcome> {
  if (pinned !== undefined && row === undefined) return unknown('corrupt', 'the database has lost the row of a secret');
  if (row !== undefined && !isOwn(sign, row, store.checked)) return unknown('corrupt', changedOutside);
  if (row?.deleted === 1) return deletedOutcome(store, row);
  return pinned === undefined ? absent : open(store, pinned, pinned.version, pinned.sealed);
}

function deletedOutcome(store: Store, row: Current): ReadOutcome {
  return isKept(store, row) ? unknown('deleted', howToRestore) : absent;
}

const howToRestore = 'it was deleted, and can be restored with `kici-admin secret restore`';

const changedOutside = 'the record of the current version was changed outside the orchestrator';

function openCurrent(store: Store, sign: SignRow, row: Current | undefined): ReadOutcome | Promise<ReadOutcome> {
  if (row === undefined) return absent;
  if (!isOwn(sign, row, store.checked)) return unknown('corrupt', changedOutside);
  if (row.deleted === 1) return deletedOutcome(store, row);
  const { version, sealed } = row;
  if (version === null) return absent;
  return sealed === null
    ? unknown('corrupt', 'the database has lost the value of the current version')
    : open(store, row, version, sealed);
}

function open(
  store: Store,
  { scope, key }: Pick<Place, 'scope' | 'key'>,
  version: number,
  sealed: Uint8Array,
): ReadOutcome | Promise<ReadOutcome> {
  try {
    const value = store.open({ scope, key, version }, sealed);
    return value instanceof Promise
      ? value.then((opened) => found(opened, String(version))).catch(notOpened)
      : found(value, String(version));
  } catch (error) {
    return notOpened(error);
  }
}

function notOpened(error: unknown): ReadOutcome {
  return BackendError.is(error)
    ? error.toOutcome()
    : unknown('decryption_failed', 'a sealed value could not be opened');
}

/**
 * Looks up exactly the requested pairs, each by the primary key. (Conditions joined by `or` make SQLite scan the
 * organization.) Built once per number of pairs.
 */
function currentQuery(
  { database, organization, statements }: Store,
  refs: readonly SecretRef[],
): CompiledQuery<Current> {
  const parameters: string[] = [organization];
  for (const { scope, key } of refs) parameters.push(scope, key);
  return builtOnce(statements, `find ${refs.length}`, parameters, () =>
    database
      .selectFrom('internal_secrets as s')
      .leftJoin('internal_versions as v', (join) =>
        join
          .onRef('v.organization', '=', 's.organization')
          .onRef('v.scope', '=', 's.scope')
          .onRef('v.key', '=', 's.key')
          .onRef('v.version', '=', 's.version'),
      )
      .selectAll('s')
      .select('v.sealed')
      .where('s.organization', '=', organization)
      .where(
        sql<boolean>`(s.scope, s.key) in (values ${sql.join(refs.map(({ scope, key }) => sql`(${scope}, ${key})`))})`,
      ),
  );
}

async function findCurrent(store: Store, refs: readonly SecretRef[]): Promise<readonly Current[]> {
  return refs.length === 0 ? [] : (await store.database.executeQuery(currentQuery(store, refs))).rows;
}

/** Undefined where they have to be waited for. What fails now is tried again by who waits, and fails there. */
function rowsNow(store: Store, refs: readonly SecretRef[]): readonly Current[] | undefined {
  try {
    return store.rowsNow(currentQuery(store, refs));
  } catch {
    return undefined;
  }
}

async function findPinned({ database, organization }: Store, refs: readonly SecretRef[]): Promise<readonly Sealed[]> {
  const pins = refs.flatMap(({ scope, key, version }) => {
    const number = version === undefined ? undefined : parseVersion(version);
    return number === undefined ? [] : [{ scope, key, number }];
  });
  if (pins.length === 0) return [];
  return database
    .selectFrom('internal_versions')
    .select(['scope', 'key', 'version', 'sealed'])
    .where('organization', '=', organization)
    .where((eb) =>
      eb.or(
        pins.map(({ scope, key, number }) =>
          eb.and([eb('scope', '=', scope), eb('key', '=', key), eb('version', '=', number)]),
        ),
      ),
    )
    .execute();
}

/** No name holds a line end. */
function placeId(scope: string, key: string, version?: number): string {
  return `${scope}\n${key}\n${version ?? ''}`;
}
