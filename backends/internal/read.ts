import {
  absent,
  BackendError,
  found,
  unknown,
  type CallContext,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { sql } from 'kysely';
import { capabilities } from './capabilities.ts';
import { isKept } from './deleted.ts';
import { fromDatabase } from './failures.ts';
import { guard } from './guard.ts';
import { isOwn, type SecretRow, type SignRow } from './row-seal.ts';
import { runBuilt } from './statements.ts';
import { parseVersion, type Place, type Store } from './store.ts';

interface Sealed extends Place {
  readonly sealed: Uint8Array;
}

interface Current extends SecretRow {
  /** Null: the version's row is gone, and with it the value. */
  readonly sealed: Uint8Array | null;
}

/** As `read`, for a caller that waits for the end, however long the database takes. */
export async function readUnguarded(store: Store, refs: readonly SecretRef[]): Promise<readonly ReadOutcome[]> {
  return readInBatches(refs, (batch) => readBatch(store, batch));
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
  const current = new Map((await findCurrent(store, refs)).map((row) => [placeId(row.scope, row.key), row]));
  const pinned = new Map((await findPinned(store, refs)).map((row) => [placeId(row.scope, row.key, row.version), row]));
  const sign = await store.signer();
  return Promise.all(
    refs.map(({ scope, key, version }) =>
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

/** A version is gone with its secret. */
async function openPinned(
  store: Store,
  sign: SignRow,
  row: Current | undefined,
  pinned: Sealed | undefined,
): Promise<ReadOutcome> {
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

async function openCurrent(store: Store, sign: SignRow, row: Current | undefined): Promise<ReadOutcome> {
  if (row === undefined) return absent;
  if (!isOwn(sign, row, store.checked)) return unknown('corrupt', changedOutside);
  if (row.deleted === 1) return deletedOutcome(store, row);
  const { version, sealed } = row;
  if (version === null) return absent;
  return sealed === null
    ? unknown('corrupt', 'the database has lost the value of the current version')
    : open(store, row, version, sealed);
}

async function open(
  store: Store,
  { scope, key }: Pick<Place, 'scope' | 'key'>,
  version: number,
  sealed: Uint8Array,
): Promise<ReadOutcome> {
  try {
    return found(await store.open({ scope, key, version }, sealed), String(version));
  } catch (error) {
    return BackendError.is(error)
      ? error.toOutcome()
      : unknown('decryption_failed', 'a sealed value could not be opened');
  }
}

/**
 * Looks up exactly the requested pairs, each by the primary key. (Conditions joined by `or` make SQLite scan the
 * organization.) Built once per number of pairs.
 */
async function findCurrent(
  { database, organization, statements }: Store,
  refs: readonly SecretRef[],
): Promise<readonly Current[]> {
  if (refs.length === 0) return [];
  const parameters: string[] = [organization];
  for (const { scope, key } of refs) parameters.push(scope, key);
  const { rows } = await runBuilt(database, statements, `find ${refs.length}`, parameters, () =>
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
  return rows;
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
