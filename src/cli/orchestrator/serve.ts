import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Application } from '../../composition/application.ts';
import type { ServerSettings } from '../../composition/settings.ts';
import { keepOutOfCoreDumps } from '../core-dumps.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { configurationItems } from './configuration-items.ts';
import { type Configuration } from './configuration.ts';
import {
  booleanOf,
  certificateFilesOf,
  dashboardOf,
  drainDelayOf,
  durationOf,
  lastingDurationOf,
  listOf,
  portOf,
  publicUrlsOf,
} from './configured-values.ts';
import { auditSinkOf } from './audit-sink.ts';
import { lookAtDataFolder } from './data-folder.ts';
import { explained } from './explained.ts';
import { keepHeapSmall } from './heap.ts';
import { logStream } from './log-stream.ts';
import { keepLocalToken } from './local-token.ts';
import { storageOf } from './storage.ts';
import { collectorHeaders, telemetryOf } from './telemetry.ts';

/** Longer than any backend's deadline can be set. */
const requestTimeoutMs = 65_000;
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Runs the server until it is told to stop. @returns the exit code */
export async function serve(configuration: Configuration, json: boolean, io: Io): Promise<number> {
  const settings = settingsOf(configuration, io.environment);
  const drainDelayMs = drainDelayOf(configuration, configurationItems.drainDelay);
  // Child processes have no need to see them.
  for (const name of ['KICI_SECRET_KEY', 'KICI_DATABASE_URL', 'KICI_DATABASE_MIGRATION_URL', 'KICI_AUDIT_SINK'])
    delete process.env[name];
  const stopped = nextSignal();
  keepHeapSmall();
  const { createLog } = await import('../../composition/log.ts');
  const log: Logger = createLog(
    levelOf(configuration),
    logStream(io.stderr, (lines) => {
      log.error({ lines }, 'lines of this log were dropped: nobody has read it for a while');
    }),
  );
  if (!keepOutOfCoreDumps())
    log.warn('a core dump would hold keys and values: forbid them, such as by LimitCORE=0 or `ulimit -c 0`');
  const folder = await lookAtDataFolder(configuration, io.environment);
  const { startApplication } = await import('../../composition/application.ts');
  const application = await explained(() => startApplication(settings, log));
  for (const name of collectorHeaders) delete process.env[name];
  const warn = (message: string): void => {
    if (json) log.warn(message);
    else io.stderr.write(`warning: ${message}\n`);
  };
  try {
    if (application.createdKeyFile !== undefined)
      warn(
        `a new key was created in ${application.createdKeyFile}; back it up separately from the data: without it no stored secret can be read`,
      );
    const second = await folder.settle();
    if (second !== undefined) warn(second);
    await keepLocalToken(application, settings, io.environment);
    io.stdout.write(
      json
        ? `${JSON.stringify({ ready: true, url: application.url, metrics: application.metricsUrl, pid: process.pid })}\n`
        : `kici-orchestrator is ready on ${application.url}\n`,
    );
    if (application.metricsUrl !== undefined) log.info({ url: application.metricsUrl }, 'metrics are served');
    const signal = await stopped;
    log.info({ signal }, 'stopping');
    if (signal === 'SIGTERM') await drain(application, drainDelayMs);
  } finally {
    await application.stop();
  }
  return 0;
}

/** Whoever asks a second time does not want to wait. */
async function drain(application: Application, delayMs: number): Promise<void> {
  if (delayMs === 0) return;
  application.turnAway();
  await Promise.race([setTimeout(delayMs, undefined, { ref: false }), nextSignal()]);
}

function settingsOf(configuration: Configuration, environment: Io['environment']): ServerSettings {
  const allowed = listOf(configuration.allowAddresses);
  return {
    ...storageOf(configuration),
    host: configuration.host.value,
    port: portOf(configuration.port, configurationItems.port),
    tls: certificateFilesOf(configuration),
    publicUrls: publicUrlsOf(configuration),
    telemetry: telemetryOf(configuration, environment),
    dashboard: dashboardOf(configuration),
    allowedAddresses: allowed.length === 0 ? undefined : allowed,
    ambientCredentials: booleanOf(configuration.ambientCredentials, configurationItems.ambientCredentials),
    ambientPaths: listOf(configuration.ambientPaths),
    backendPackages: listOf(configuration.backendPackages),
    mayLackPackages: configuration.backendPackages.origin === 'default',
    requestTimeoutMs,
    signInLimits: {
      idleMs: lastingDurationOf(configuration.sessionIdle, configurationItems.sessionIdle),
      lifetimeMs: lastingDurationOf(configuration.sessionLifetime, configurationItems.sessionLifetime),
    },
    auditSink: auditSinkOf(configuration),
    keepDeletedMs: durationOf(configuration.keepDeleted, configurationItems.keepDeleted),
  };
}

function levelOf({ logLevel }: Configuration): string {
  if (!logLevels.includes(logLevel.value))
    throw new UsageError(
      `${JSON.stringify(logLevel.value)} is not a log level`,
      `there are ${logLevels.join(', ')}: correct --log-level or KICI_LOG_LEVEL`,
    );
  return logLevel.value;
}

function nextSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve);
  return promise;
}
