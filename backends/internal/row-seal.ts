import { timingSafeEqual } from 'node:crypto';
import { BackendError } from '@kici-dev/secret-backend';
import type { InternalTables } from './tables.ts';

export type SecretRow = InternalTables['internal_secrets'];
export type SignRow = (parts: readonly string[]) => string;

/** Covers which version of a secret is current, and whether there is one: nobody can roll it back without the key. */
export function secretSeal(sign: SignRow, row: Omit<SecretRow, 'seal'>): string {
  const { organization, scope, key, version, last_version, deleted, updated_at } = row;
  return sign([
    'internal_secrets',
    organization,
    scope,
    key,
    version === null ? 'none' : String(version),
    String(last_version),
    String(deleted),
    String(updated_at),
  ]);
}

export function withSeal(sign: SignRow, row: Omit<SecretRow, 'seal'>): SecretRow {
  return { ...row, seal: secretSeal(sign, row) };
}

/** Rows of one store whose seal is good, by it. */
export type CheckedRows = Map<string, SecretRow>;

const mostChecked = 10_000;

/** @param checked a row that is, column by column, one of these has the same good seal; default: it is checked */
export function isOwn(sign: SignRow, row: SecretRow, checked?: CheckedRows): boolean {
  const { organization, scope, key, version, last_version, deleted, updated_at, seal } = row;
  if (seal === null) return false;
  const known = checked?.get(seal);
  if (known !== undefined && isSame(known, row)) return true;
  if (!hasOwnSeal(sign, row)) return false;
  if (checked === undefined) return true;
  if (checked.size >= mostChecked) checked.clear();
  checked.set(seal, { organization, scope, key, version, last_version, deleted, updated_at, seal });
  return true;
}

function isSame(left: SecretRow, right: SecretRow): boolean {
  return (
    left.key === right.key &&
    left.scope === right.scope &&
    left.organization === right.organization &&
    left.version === right.version &&
    left.last_version === right.last_version &&
    left.deleted === right.deleted &&
    left.updated_at === right.updated_at
  );
}

function hasOwnSeal(sign: SignRow, row: SecretRow): boolean {
  const [stored, expected] = [Buffer.from(row.seal ?? ''), Buffer.from(secretSeal(sign, row))];
  return stored.byteLength === expected.byteLength && timingSafeEqual(stored, expected);
}

/** @throws BackendError `corrupt` */
export function requireOwn(sign: SignRow, row: SecretRow | undefined): void {
  if (row !== undefined && !isOwn(sign, row))
    throw new BackendError('corrupt', {
      detail: `the record of the current version of ${row.key} in ${row.scope} was changed outside the orchestrator; delete the secret and set it again, or restore a backup`,
    });
}
