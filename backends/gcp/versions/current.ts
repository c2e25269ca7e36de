import type { CallContext, ReadOutcome, RecentWrites } from '@kici-dev/secret-backend';
import { versionOf } from '../names/resource.ts';
import type { Service } from '../service/service.ts';
import { accessVersion } from './access.ts';

/**
 * The value of the newest version: the service's `latest`, or the one that was written through us if `latest` does not
 * show it yet. The service serves a version by number at once, but as `latest` only after a while, usually minutes
 * (source: "Data consistency" in its documentation). Somebody else's newer version is never hidden, whatever its state.
 */
export async function accessCurrent(
  service: Service,
  recent: RecentWrites,
  id: string,
  context: CallContext,
): Promise<ReadOutcome> {
  const latest = await accessVersion(service, id, 'latest', context);
  const written = await recent.of(id);
  if (written === undefined || !(await isBefore(latest, written.version, service, id, context))) return latest;
  const own = await accessVersion(service, id, String(written.version), context);
  // The secret was deleted since, and what is there now is another one.
  return own.status === 'absent' ? latest : own;
}

/** Whether `latest` is proven to mean an older version than that one, or none. */
async function isBefore(
  latest: ReadOutcome,
  version: number,
  service: Service,
  id: string,
  context: CallContext,
): Promise<boolean> {
  if (latest.status === 'absent') return true;
  if (latest.status === 'found') return latest.version === undefined || Number(latest.version) < version;
  if (latest.code === 'no_version') return true;
  if (latest.code !== 'disabled' && latest.code !== 'destroyed') return false;
  const name = service.resources.version(id, 'latest');
  const answer = await service.call('GetSecretVersion', context, (client, options) =>
    client.getSecretVersion({ name }, options),
  );
  return answer.ok && Number(versionOf(answer.value.name, id)) < version;
}
