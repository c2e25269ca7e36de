import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { commitsOf } from '../database/open.ts';
import { openKeyring } from '../keyring/keyring.ts';
import type { AllTables } from './all-tables.ts';
import { certificateLookedAtMs, certificateOf } from './certificate.ts';
import { createContainer } from './container.ts';
import { startErasing } from './erase-expired.ts';
import { listen, requireFreeAddress } from './listen.ts';
import type { OpenResources } from './modules/infrastructure.ts';
import { repeatByTimer, type Repeat } from './repeat.ts';
import { readKey } from './read-key.ts';
import { sealRows } from './seal-rows.ts';
import { addressGuard, examineAudit, requireAddresses, requirePackages } from './start-checks.ts';
import type { ServerSettings } from './settings.ts';
import { openStorage } from './storage.ts';
import { openTelemetry } from './open-telemetry.ts';
import { countOpenJobs } from '../orchestrator/jobs/count-open.ts';
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
  /** Lets requests in flight end, then closes what they used, the database last. */
  stop(): Promise<void>;
}

/**
 * Opens, wires and starts, in this order; if a step fails, what was opened is closed again.
 * @throws KeyringError, DatabaseError, StartError
 */
export async function startApplication(
  settings: ServerSettings,
  log: Logger,
  now: () => number = Date.now,
  repeat: Repeat = repeatByTimer,
): Promise<Application> {
  const resolveAddress = addressGuard(settings);
  requireAddresses(settings);
  await requirePackages(settings);
  await requireFreeAddress(settings);
  const certificate = await certificateOf(settings, log);
  const telemetry = await openTelemetry(settings, log);
  let database: Kysely<AllTables> | undefined;
  try {
    const { key, created } = await readKey(settings.key);
    database = await openStorage(settings, telemetry.database);
    const keyring = await openKeyring(database, key, now);
    // Written by a version that did not seal rows: accepted as they are, once.
    if (!keyring.rowsAreSealed) await sealRows(database, keyring, 'seal');
    return await serve(
      createContainer({ settings, log, resolveAddress, now, telemetry, certificate, database, keyring }),
      { settings, log, now, telemetry, certificate, database, keyring },
      repeat,
      created,
    );
  } catch (error) {
    await database?.destroy();
    await telemetry.close();
    throw error;
  }
}

async function serve(
  container: ReturnType<typeof createContainer>,
  opened: Omit<OpenResources, 'resolveAddress'>,
  repeat: Repeat,
  created: boolean,
): Promise<Application> {
  const { settings, database, telemetry, certificate, now } = opened;
  const server = container.get(identifiers.server);
  const instances = container.get(identifiers.instances);
  const accessTokens = container.get(identifiers.accessTokens);
  await container.get(identifiers.organizations).ensure('default');
  const audit = container.get(identifiers.auditLog);
  const commits = commitsOf(database);
  await examineAudit(audit);
  await commits.group();
  telemetry.watch({
    streams: () => container.get(identifiers.events).count(),
    openJobs: () => countOpenJobs(database, now()),
    ready: container.get(identifiers.readiness),
    certificate,
  });
  const url = await listen(server, settings);
  const endLooking = certificate && repeat(() => void certificate.look(), certificateLookedAtMs);
  const erasure = startErasing({ ...opened, keepDeletedMs: settings.keepDeletedMs }, repeat);
  return {
    url,
    metricsUrl: telemetry.url,
    createdKeyFile: created && settings.key.kind === 'file' ? settings.key.file : undefined,
    localToken: async (known) =>
      known !== undefined && (await accessTokens.isUsable(known)) ? known : accessTokens.issueLocal(),
    async stop() {
      endLooking?.();
      await server.close();
      await instances.close();
      await erasure.stop();
      await audit.settle();
      await commits.close();
      await database.destroy();
      await telemetry.close();
    },
  };
}
