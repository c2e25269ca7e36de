import type { ScopePath, SecretValue } from '@kici-dev/secret-backend';
import type { CompiledQuery, Kysely } from 'kysely';
import type { CheckedRows, SignRow } from './row-seal.ts';
import type { Statements } from './statements.ts';
import type { InternalTables } from './tables.ts';

/** Seals and opens values, and signs rows; implemented by the orchestrator's keyring. */
export interface Sealer {
  seal(organization: string, purpose: string, coordinates: readonly string[], value: SecretValue): Promise<Uint8Array>;
  /**
   * At once, where nothing has to be waited for.
   * @throws BackendError `corrupt`, `decryption_failed`
   */
  open(
    organization: string,
    purpose: string,
    coordinates: readonly string[],
    sealed: Uint8Array,
  ): SecretValue | Promise<SecretValue>;
  rowSigner(organization: string): SignRow | Promise<SignRow>;
}

/**
 * Runs work as if no other transaction ran beside it. It may run the work again: the work does nothing outside that it
 * may not do twice.
 */
export type InTransaction = <T>(
  database: Kysely<InternalTables>,
  work: (transaction: Kysely<InternalTables>) => Promise<T>,
) => Promise<T>;

/** What a statement finds, where the database answers at once; undefined where it has to be waited for. */
export type RowsNow = <R>(query: CompiledQuery<R>) => readonly R[] | undefined;

/** What every part of the store works on. */
export interface Store {
  readonly database: Kysely<InternalTables>;
  readonly inTransaction: InTransaction;
  readonly rowsNow: RowsNow;
  readonly organization: string;
  readonly now: () => number;
  /** How long a deleted secret can be restored, in milliseconds. */
  readonly keepDeletedMs: number;
  readonly statements: Statements;
  /** By the key of its signer, which is never replaced. */
  readonly checked: CheckedRows;
  seal(place: Place, value: SecretValue): Promise<Uint8Array>;
  open(place: Place, sealed: Uint8Array): SecretValue | Promise<SecretValue>;
  /** To be called before a transaction, since loading a key needs the connection that the transaction holds. */
  signer(): SignRow | Promise<SignRow>;
}

/** What a sealed value is bound to. */
export interface Place {
  readonly scope: ScopePath | string;
  readonly key: string;
  readonly version: number;
}

/** @param rowsNow default: every statement is waited for */
export function createStore(
  database: Kysely<InternalTables>,
  sealer: Sealer,
  organization: string,
  { now, keepDeletedMs, inTransaction }: Pick<Store, 'now' | 'keepDeletedMs' | 'inTransaction'>,
  rowsNow: RowsNow = () => undefined,
): Store {
  const coordinates = ({ scope, key, version }: Place): string[] => [scope, key, String(version)];
  return {
    database,
    inTransaction,
    rowsNow,
    organization,
    now,
    keepDeletedMs,
    statements: new Map(),
    checked: new Map(),
    seal: (place, value) => sealer.seal(organization, 'secret', coordinates(place), value),
    open: (place, sealed) => sealer.open(organization, 'secret', coordinates(place), sealed),
    signer: () => sealer.rowSigner(organization),
  };
}

/** Parses a version as this store issues them; `undefined` for anything else. */
export function parseVersion(text: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
}

export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
