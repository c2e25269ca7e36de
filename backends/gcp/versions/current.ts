import type { CallContext, ReadOutcome } from '@kici-dev/secret-backend';
import type { Service } from '../service/service.ts';
import { accessVersion } from './access.ts';
import { isOlder, type RecentWrites } from './recent-writes.ts';

/** Codes that describe the value, and so prove that it could be queried. */
const saysSomething: readonly string[] = ['no_version', 'disabled', 'destroyed'];

/**
 * The value of the newest version: the service's `latest`, or the one that this instance wrote if `latest` does not
 * show it yet. Somebody else's newer version is never hidden.
 */
export async function accessCurrent(
  service: Service,
  recent: RecentWrites,
  id: string,
  context: CallContext,
): Promise<ReadOutcome> {
  const latest = await accessVersion(service, id, 'latest', context);
  const written = recent.versionOf(id);
  if (written === undefined) return latest;
  if (latest.status === 'found' && latest.version !== undefined && !isOlder(latest.version, written)) return latest;
  if (latest.status === 'unknown' && !saysSomething.includes(latest.code)) return latest;
  const own = await accessVersion(service, id, written, context);
  // The secret was deleted since, and what is there now is another one.
  return own.status === 'absent' ? latest : own;
}
