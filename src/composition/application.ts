import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { commitsOf } from '../database/open.ts';
import { openKeyring } from '../keyring/keyring.ts';
import { certificateLookedAtMs, certificateOf } from './certificate.ts';
import type { AllTables } from './all-tables.ts';
import { createContainer } from './container.ts';
import { startErasing } from './erase-expired.ts';
import { startKeeping } from './keep-audit.ts';
import { listen, requireFreeAddress } from './listen.ts';
import { keepTime } from './keep-time.ts';
import type { OpenResources } from './modules/infrastructure.ts';
import { repeatByTimer, type Repeat } from './repeat.ts';
import { readKey } from './read-key.ts';
import { sealRows } from './seal-rows.ts';
import { addressGuard, examineAudit, requireAddresses, requirePackages } from './start-checks.ts';
import type { ServerSettings } from './settings.ts';
import { openStorage } from './storage.ts';
import { openTelemetry } from './open-telemetry.ts';
import type { Checkpoints } from '../orchestrator/audit/checkpoints/checkpoints.ts';
import { keptLogs } from '../orchestrator/audit/checkpoints/store.ts';
import type { AuditSigner } from '../orchestrator/audit/services.ts';
import type { WatchedState } from '../telemetry/telemetry.ts';
import { countBreaks } from '../orchestrator/audit/count-breaks.ts';
import { countOpenJobs } from '../orchestrator/jobs/count-open.ts';
import { outsideRequests, requestHolder } from '../orchestrator/request-scope.ts';
import { identifiers } from './identifiers.ts';

/** A running server. */
export interface Application {
  readonly url: string;
  /** Where Prometheus finds the metrics, if they are served. */
  readonly metricsUrl: string | undefined;
  /** The file of the key-encryption key, if this start made it. */
  readonly createdKeyFile: string | undefined;
  /** An owner's token for the user who runs the server; the known one, if it is still valid. */
  localToken(known: string | undefined): Promise<string>;
  /** Lets load balancers turn to others, and serves on. */
  turnAway(): void;
  /** Lets requests in flight end, then closes what they used, the database last. */
  stop(): Promise<void>;
}

/**
 * Opens, wires and starts, in this order; at its end, or if a step fails, closes in the reverse order what was opened.
 * @param now default: see `keepTime`
 * @throws KeyringError, DatabaseError, StartError
 */
export async function startApplication(
  settings: ServerSettings,
  log: Logger,
  now?: () => number,
  repeat: Repeat = repeatByTimer,
): Promise<Application> {
  const resolveAddress = addressGuard(settings);
  requireAddresses(settings);
  await requirePackages(settings);
  await requireFreeAddress(settings);
  const certificate = await certificateOf(settings, log);
  const closing = new AsyncDisposableStack();
  try {
    const telemetry = await openTelemetry(settings, log);
    closing.defer(() => telemetry.close());
    const { key, created } = await readKey(settings.key);
    const database = await openStorage(settings, { observer: telemetry.database, holder: requestHolder });
    closing.defer(() => database.destroy());
    const time = now === undefined ? await keepTime(settings, database, repeat) : { now, stop: () => undefined };
    closing.defer(() => {
      time.stop();
    });
    const keyring = await openKeyring(database, key, time.now, outsideRequests);
    // Written by a version that did not seal rows: accepted as they are, once.
    if (!keyring.rowsAreSealed) await sealRows(database, keyring, 'seal');
    const opened = { settings, log, now: time.now, telemetry, certificate, database, keyring };
    const served = await serve(createContainer({ ...opened, resolveAddress }), opened, repeat, closing);
    return { ...served, createdKeyFile: created && settings.key.kind === 'file' ? settings.key.file : undefined };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

async function serve(
  container: ReturnType<typeof createContainer>,
  opened: Omit<OpenResources, 'resolveAddress'>,
  repeat: Repeat,
  closing: AsyncDisposableStack,
): Promise<Omit<Application, 'createdKeyFile'>> {
  const { settings, database, telemetry, certificate, now } = opened;
  const server = container.get(identifiers.server);
  const accessTokens = container.get(identifiers.accessTokens);
  await container.get(identifiers.organizations).ensure('default');
  const audit = container.get(identifiers.auditLog);
  const commits = commitsOf(database);
  await examineAudit(audit);
  await commits.group();
  closing.defer(() => commits.close());
  closing.defer(() => audit.settle());
  telemetry.watch({
    streams: () => container.get(identifiers.events).count(),
    openJobs: () => countOpenJobs(database, now()),
    auditBreaks: () => countBreaks(database),
    ready: container.get(identifiers.readiness),
    certificate,
    checkpoints: checkpointsToWatch(
      container.get(identifiers.checkpoints),
      database,
      container.get(identifiers.auditSigner),
    ),
  });
  const url = await listen(server, settings);
  const keeping = startKeeping({ ...opened, checkpoints: container.get(identifiers.checkpoints) }, repeat);
  closing.defer(() => keeping.stop());
  const erasure = startErasing({ ...opened, keepDeletedMs: settings.keepDeletedMs }, repeat);
  closing.defer(() => erasure.stop());
  closing.defer(() => container.get(identifiers.instances).close());
  closing.defer(() => server.close());
  if (certificate !== undefined) closing.defer(repeat(() => certificate.look(), certificateLookedAtMs));
  return {
    url,
    metricsUrl: telemetry.url,
    localToken: async (known) =>
      known !== undefined && (await accessTokens.isUsable(known)) ? known : accessTokens.issueLocal(),
    turnAway() {
      server.turnAway();
    },
    stop: () => closing.disposeAsync(),
  };
}

function checkpointsToWatch(
  checkpoints: Checkpoints,
  database: Kysely<AllTables>,
  signer: AuditSigner,
): WatchedState['checkpoints'] {
  if (!checkpoints.hasSink) return undefined;
  return {
    problem: () => checkpoints.problem(),
    waitedMs: () => checkpoints.waited(),
    rowsSince: async () =>
      (await keptLogs(database, signer)).reduce((rows, { sequence, kept }) => rows + sequence - kept, 0),
  };
}
