import { createServer } from 'node:net';
import { createAddressGuard } from '@kici-dev/secret-federation';
import type { Logger } from 'pino';
import { DatabaseError } from '../database/database-error.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { KeyringError } from '../keyring/keyring-error.ts';
import { openKeyring } from '../keyring/keyring.ts';
import { AnchorError } from '../orchestrator/audit/anchor.ts';
import type { AuditLog } from '../orchestrator/audit/audit-log.ts';
import type { HttpServer } from '../orchestrator/http/server.ts';
import { packageProblems } from '../orchestrator/backends/types.ts';
import { backendPackage } from './backend-package.ts';
import { allMigrations, type AllTables } from './all-tables.ts';
import { createContainer } from './container.ts';
import { startErasing } from './erase-expired.ts';
import type { Opened } from './modules/infrastructure.ts';
import { repeatByTimer, type Repeat } from './repeat.ts';
import { readKey } from './read-key.ts';
import { sealRows } from './seal-rows.ts';
import { databaseFile, type ServerSettings } from './settings.ts';
import { identifiers } from './identifiers.ts';

/** A running server. */
export interface Application {
  readonly url: string;
  /** The file of the key-encryption key, when this start has made it. */
  readonly createdKeyFile: string | undefined;
  /** An owner's token for the user who runs the server; the one given, where it still is one. */
  localToken(known: string | undefined): Promise<string>;
  /** Lets the requests in flight end, then closes what they used, the database last. */
  stop(): Promise<void>;
}

/**
 * Opens, wires and starts, in this order; what was opened is closed again when a later step fails.
 * @throws KeyringError, DatabaseError, StartError
 */
export async function startApplication(
  settings: ServerSettings,
  log: Logger,
  now: () => number = Date.now,
  repeat: Repeat = repeatByTimer,
): Promise<Application> {
  const resolveAddress = addressGuard(settings);
  await requirePackages(settings);
  await requireFreeAddress(settings);
  const { key, created } = await readKey(settings.key);
  const database = openDatabase<AllTables>(databaseFile(settings.dataDir));
  try {
    await migrate(database, allMigrations);
    const keyring = await openKeyring(database, key, now);
    // Written by a version that did not seal its rows: they are taken as they are, once.
    if (!keyring.rowsAreSealed) await sealRows(database, keyring, 'seal');
    return await serve(
      createContainer({ settings, log, resolveAddress, now, database, keyring }),
      { settings, log, now, database, keyring },
      repeat,
      created,
    );
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

async function serve(
  container: ReturnType<typeof createContainer>,
  opened: Omit<Opened, 'resolveAddress'>,
  repeat: Repeat,
  created: boolean,
): Promise<Application> {
  const { settings, database } = opened;
  const server = container.get(identifiers.server);
  const instances = container.get(identifiers.instances);
  const accessTokens = container.get(identifiers.accessTokens);
  await container.get(identifiers.organizations).ensure('default');
  await examineAudit(container.get(identifiers.auditLog));
  const url = await listen(server, settings);
  const erasure = startErasing({ ...opened, keepDeletedMs: settings.keepDeletedMs }, repeat);
  return {
    url,
    createdKeyFile: created && settings.key.kind === 'file' ? settings.key.file : undefined,
    localToken: async (known) =>
      known !== undefined && (await accessTokens.isUsable(known)) ? known : accessTokens.issueLocal(),
    async stop() {
      await server.close();
      await instances.close();
      await erasure.stop();
      await database.destroy();
    },
  };
}

function addressGuard({ allowedAddresses }: ServerSettings): ReturnType<typeof createAddressGuard> {
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

/** Before anything is made: a server without a type that it was to have starts no job that needs it. */
async function requirePackages({ backendPackages, mayLackPackages }: ServerSettings): Promise<void> {
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

/** Why the server does not start, apart from its key and its database. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: 'cannot_listen' | 'backend_package' | 'invalid_configuration' | 'cannot_read_anchor';
  readonly hint: string;

  constructor(code: StartError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Whether the error says in its own words why the server does not start, and what to do. */
export function isStartError(error: unknown): error is KeyringError | DatabaseError | StartError {
  return error instanceof KeyringError || error instanceof DatabaseError || error instanceof StartError;
}

/** What is wrong with the log is recorded; what cannot be found out keeps the server from starting. */
async function examineAudit(log: AuditLog): Promise<void> {
  try {
    await log.examine();
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    throw new StartError(
      'cannot_read_anchor',
      `the audit anchor in the data folder cannot be read (${error.message}), so a cut-off audit log would not show`,
      'see to the permissions of audit-anchor.json and to its disk; a server without it starts, and records that it is missing',
    );
  }
}

/** Before anything is made: a server that cannot listen leaves nothing behind. */
async function requireFreeAddress({ host, port }: ServerSettings): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  await new Promise((resolve) => {
    probe.close(resolve);
  });
}

async function listen(server: HttpServer, { host, port }: ServerSettings): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw cannotListen(error, host, port);
  }
}

function cannotListen(error: unknown, host: string, port: number): StartError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return code === 'EADDRINUSE'
    ? new StartError(
        'cannot_listen',
        `something listens on ${host}:${port} already`,
        'stop it, or choose another port with --port or KICI_PORT',
      )
    : new StartError(
        'cannot_listen',
        `cannot listen on ${host}:${port} (${code})`,
        'choose another address with --host and --port',
      );
}
