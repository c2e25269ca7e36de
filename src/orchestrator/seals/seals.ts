import { timingSafeEqual } from 'node:crypto';
import { ApiError } from '../../api/api-error.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import { rowParts, setParts } from './parts.ts';
import { sealedTables, type Covered } from './tables.ts';

/** Seals the rows of one organization that grant or decide. */
export interface RowSeals {
  token(row: Covered<'tokens'>): string;
  job(row: Covered<'jobs'>): string;
  signIn(row: Covered<'sign_ins'>): string;
  signInCode(row: Covered<'sign_in_codes'>): string;
  /** Covers that there are exactly these backends. */
  organization(row: Covered<'organizations'>, backends: readonly Covered<'backends'>[]): string;
  /** Covers that there are exactly these bindings. */
  environment(row: Covered<'environments'>, bindings: readonly Covered<'bindings'>[]): string;
  /** Covers that there are exactly these variables. */
  variables(row: Covered<'environments'>, variables: readonly Covered<'variables'>[]): string;
}

/** Distinguishes rows that the orchestrator wrote from anything else in the database. */
export interface Seals {
  /**
   * To be called before a transaction, since loading a key needs the connection that the transaction holds.
   * @param organization null: what belongs to every organization
   */
  of(organization: string | null): Promise<RowSeals>;
  /**
   * @param what names the row, in words
   * @param hint what to do, if that is more than the error's own hint
   * @throws ApiError `tampered`, after logging it
   */
  require(stored: string | null, expected: string, what: string, hint?: string): void;
}

/** @param tampered is told of every row that is refused */
export function createSeals(keyring: Pick<Keyring, 'rowSigner'>, tampered: (what: string) => void): Seals {
  return {
    async of(organization) {
      const sign = await keyring.rowSigner(organization ?? '');
      return {
        token: (row) => sign(rowParts(sealedTables.tokens, row)),
        job: (row) => sign(rowParts(sealedTables.jobs, row)),
        signIn: (row) => sign(rowParts(sealedTables.sign_ins, row)),
        signInCode: (row) => sign(rowParts(sealedTables.sign_in_codes, row)),
        organization: (row, backends) =>
          sign([...rowParts(sealedTables.organizations, row), ...setParts(sealedTables.backends, 'name', backends)]),
        environment: (row, bindings) =>
          sign([...rowParts(sealedTables.environments, row), ...setParts(sealedTables.bindings, 'id', bindings)]),
        variables: (row, variables) =>
          sign([...rowParts(sealedTables.environments, row), ...setParts(sealedTables.variables, 'name', variables)]),
      };
    },
    require(stored, expected, what, hint) {
      if (isSealed(stored, expected)) return;
      tampered(what);
      throw new ApiError('tampered', `${what} was not written by this orchestrator, or was changed since`, hint);
    },
  };
}

export function isSealed(stored: string | null, expected: string): boolean {
  const [left, right] = [Buffer.from(stored ?? ''), Buffer.from(expected)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

interface Whole<Owner, Row> {
  readonly owner: () => Promise<Owner | undefined>;
  readonly rows: () => Promise<readonly Row[]>;
  readonly stored: (owner: Owner) => string | null;
  readonly expected: (owner: Owner, rows: readonly Row[]) => string;
  readonly what: string;
}

/**
 * Reads the rows that an owner's seal covers. Owner and rows are two reads; if they changed in between, both are read
 * again.
 * @returns `undefined` if there is no such owner
 * @throws ApiError `tampered`
 */
export async function readWhole<Owner, Row>(
  seals: Seals,
  { owner, rows, stored, expected, what }: Whole<Owner, Row>,
): Promise<{ readonly owner: Owner; readonly rows: readonly Row[] } | undefined> {
  let current = await owner();
  for (;;) {
    if (current === undefined) return undefined;
    const found = await rows();
    const seal = stored(current);
    if (isSealed(seal, expected(current, found))) return { owner: current, rows: found };
    const again = await owner();
    if (again !== undefined && stored(again) === seal) seals.require(seal, expected(current, found), what);
    current = again;
  }
}
