import { join } from 'node:path';
import { errorTrail } from '@kici-dev/secret-backend';
import { ContainerModule } from 'inversify';
import type { Logger } from 'pino';
import { version } from '../../api/version.ts';
import { requireCompatible } from '../../database/compatibility.ts';
import { DatabaseError } from '../../database/database-error.ts';
import { commitsOf } from '../../database/open.ts';
import { DatabaseUnavailableError } from '../../database/unavailable.ts';
import { createChangeFeed } from '../../orchestrator/events/feed.ts';
import { createEventStreams } from '../../orchestrator/events/streams.ts';
import { createReadiness } from '../../orchestrator/health/readiness.ts';
import { probeWriting } from '../../orchestrator/health/write-probe.ts';
import { createAuthenticator } from '../../orchestrator/http/authenticate.ts';
import { httpLimits } from '../../orchestrator/http/limits.ts';
import { readPage, type PageFile } from '../../orchestrator/http/page-files.ts';
import { createRequestsInFlight } from '../../orchestrator/http/requests-in-flight.ts';
import { createServer } from '../../orchestrator/http/server.ts';
import { createSessionCookies } from '../../orchestrator/http/session-cookie.ts';
import { allMigrations } from '../all-tables.ts';
import { identifiers } from '../identifiers.ts';
import { mergeHandlers, type AreaHandlers } from '../merge-handlers.ts';

/** The server, with the handlers of all areas. */
export const httpModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.authenticator).toResolvedValue(createAuthenticator, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
    identifiers.tokenCallers,
    identifiers.signIns,
  ]);
  bind(identifiers.cookies).toResolvedValue(
    ({ publicUrls = [] }) => createSessionCookies({ publicUrls }),
    [identifiers.settings],
  );
  bind(identifiers.requests).toResolvedValue(createRequestsInFlight, []);
  bind(identifiers.events).toResolvedValue(
    (database, instances) => createEventStreams((organization) => createChangeFeed(database, instances, organization)),
    [identifiers.database, identifiers.instances],
  );
  bind(identifiers.readiness).toResolvedValue(
    (database, { dataDir }, now, log, audit) =>
      createReadiness(
        async () => {
          await database.selectFrom('organizations').select('name').limit(1).execute();
          // A newer version may have changed the tables since this one started.
          await requireCompatible(database, allMigrations);
          await probeWriting(database, dataDir, now());
          // Every request leaves a row, also one that only reads.
          await audit.probe();
        },
        (error) => {
          // Its message is ours, and names no value.
          const why =
            error instanceof DatabaseError || DatabaseUnavailableError.is(error)
              ? { code: error.code, problem: error.message }
              : {};
          log.error({ error: errorTrail(error), ...why }, 'not ready: a write would fail');
        },
      ),
    [identifiers.database, identifiers.settings, identifiers.now, identifiers.log, identifiers.auditLog],
  );
  bind(identifiers.handlers).toResolvedValue<[AreaHandlers[]]>(mergeHandlers, [
    { isMultiple: true, serviceIdentifier: identifiers.areaHandlers },
  ]);
  bind(identifiers.server).toDynamicValue((container) => {
    const settings = container.get(identifiers.settings);
    const log = container.get(identifiers.log);
    const checkpoints = container.get(identifiers.checkpoints);
    const { used: certificate } = container.get(identifiers.certificate);
    return createServer({
      handlers: container.get(identifiers.handlers),
      authenticator: container.get(identifiers.authenticator),
      cookies: container.get(identifiers.cookies),
      gate: container.get(identifiers.gate),
      events: container.get(identifiers.events),
      policy: container.get(identifiers.policy),
      values: container.get(identifiers.values),
      tokens: container.get(identifiers.tokenCallers),
      signIns: container.get(identifiers.signIns),
      codes: container.get(identifiers.signInCodes),
      audit: container.get(identifiers.auditLog),
      durable: () => commitsOf(container.get(identifiers.database)).durable(),
      requests: container.get(identifiers.requests),
      ready: container.get(identifiers.readiness),
      degraded: () => [
        ...(checkpoints.problem() === undefined ? [] : ['checkpoint_sink_failed' as const]),
        ...(checkpoints.isLate() ? ['checkpoints_late' as const] : []),
        ...(certificate?.problem() === undefined ? [] : ['certificate_refused' as const]),
      ],
      certificate,
      observer: container.get(identifiers.telemetry).requests,
      now: container.get(identifiers.now),
      log,
      version,
      requestTimeoutMs: settings.requestTimeoutMs,
      addressing: { host: settings.host, publicUrls: settings.publicUrls ?? [] },
      dashboard: settings.dashboard ? { page: builtPage(log) } : undefined,
      limits: { ...httpLimits(), ...settings.httpLimits },
    });
  });
});

const pageFolder = join(import.meta.dirname, '../../dashboard/dist');

function builtPage(log: Logger): ReadonlyMap<string, PageFile> | undefined {
  const page = readPage(pageFolder);
  if (page === undefined)
    log.warn('the dashboard is not served: it was not built; in a checkout `npm run dependencies` builds it');
  return page;
}
