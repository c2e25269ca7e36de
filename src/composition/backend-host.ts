import type { BackendHost } from '@kici-dev/secret-backend';
import type { Logger } from 'pino';
import type { HostFor } from '../orchestrator/backends/instances.ts';
import { requestId } from '../orchestrator/request-scope.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { ServerSettings } from './settings.ts';

/** What every backend is given: no more of the machine than the server's configuration allows. */
export function createHostFor(
  settings: ServerSettings,
  resolveAddress: BackendHost['resolveAddress'],
  log: Logger,
  now: () => number,
  { backend }: Pick<Telemetry, 'backend'>,
): HostFor {
  const ambient = Object.freeze({ credentials: settings.ambientCredentials, paths: settings.ambientPaths });
  return (organization, name, deadlineMs) => ({
    name,
    deadlineMs,
    organization,
    ambient,
    resolveAddress,
    now,
    requestId,
    ...(backend !== undefined && { observer: backend(organization, name) }),
    log: (level, message, fields) => {
      log[level]({ organization, backend: name, ...fields }, message);
    },
  });
}
