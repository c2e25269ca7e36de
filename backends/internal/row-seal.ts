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

/** Rows that cannot change, and have the right seal. */
const checked = new WeakSet<SecretRow>();

export function isOwn(sign: SignRow, row: SecretRow): boolean {
  if (checked.has(row)) return true;
  const isRight = hasOwnSeal(sign, row);
  if (isRight && Object.isFrozen(row)) checked.add(row);
  return isRight;
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
