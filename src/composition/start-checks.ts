import { createAddressGuard } from '@kici-dev/secret-federation';
import { parseAddress } from '../database/postgres/address.ts';
import { AnchorError } from '../orchestrator/audit/anchor.ts';
import type { AuditLog } from '../orchestrator/audit/audit-log.ts';
import { packageProblems } from '../orchestrator/backends/types.ts';
import { backendPackage } from './backend-package.ts';
import type { ServerSettings } from './settings.ts';
import { StartError } from './start-error.ts';

/**
 * The addresses that backends may connect to, as configured.
 * @throws StartError `invalid_configuration` if the list of allowed addresses is invalid
 */
export function addressGuard({ allowedAddresses }: ServerSettings): ReturnType<typeof createAddressGuard> {
  try {
    return createAddressGuard(allowedAddresses === undefined ? {} : { allow: allowedAddresses });
  } catch (error) {
    throw new StartError(
      'invalid_configuration',
      `the list of allowed addresses: ${error instanceof RangeError ? error.message : 'cannot be read'}`,
      'correct --allow-addresses or KICI_ALLOW_ADDRESSES',
    );
  }
}

/**
 * Before anything is made: an address that cannot be read is wrong usage.
 * @throws DatabaseError `bad_address`
 */
export function requireAddresses({ database }: ServerSettings): void {
  for (const url of [database?.url, database?.migrationUrl]) if (url !== undefined) parseAddress(url);
}

/** Checked before anything is made: without a configured type, no job that needs it could start. */
export async function requirePackages({ backendPackages, mayLackPackages }: ServerSettings): Promise<void> {
  const problems = (await packageProblems(backendPackages.map(backendPackage))).filter(
    ({ problem }) => mayLackPackages !== true || problem !== 'is not installed',
  );
  if (problems.length === 0) return;
  throw new StartError(
    'backend_package',
    problems.map((one) => `the backend package ${one.package} ${one.problem}`).join('; '),
    `${problems.map(({ hint }) => hint).join('; ')}; or correct --backend-packages or KICI_BACKEND_PACKAGES`,
  );
}

/** Problems in the log are recorded; if it cannot be examined, the server does not start. */
export async function examineAudit(log: AuditLog): Promise<void> {
  try {
    await log.examine();
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    throw new StartError(
      'cannot_read_anchor',
      `the audit anchor in the data folder cannot be read (${error.message}), so a cut-off audit log would not show`,
      'check the permissions of audit-anchor.json and its disk; without that file the server starts, and records that it is missing',
    );
  }
}
