import type { Logger } from 'pino';
import { commitsOf } from '../database/open.ts';
import { openKeyring } from '../keyring/keyring.ts';
import { createContainer } from './container.ts';
import { startErasing } from './erase-expired.ts';
import { startKeeping } from './keep-audit.ts';
import { listen, requireFreeAddress } from './listen.ts';
import { keepTime, type KeptTime } from './keep-time.ts';
import type { OpenResources } from './modules/infrastructure.ts';
import { repeatByTimer, type Repeat } from './repeat.ts';
import { readKey } from './read-key.ts';
import { sealRows } from './seal-rows.ts';
import { addressGuard, examineAudit, requireAddresses, requirePackages } from './start-checks.ts';
import type { ServerSettings } from './settings.ts';
import { openStorage } from './storage.ts';
import { identifiers } from './identifiers.ts';

/** A running server. */
export interface Application {
  readonly url: string;
  /** The file of the key-encryption key, if this start made it. */
  readonly createdKeyFile: string | undefined;
  /** An owner's token for the user who runs the server; the known one, if it is still valid. */
  localToken(known: string | undefined): Promise<string>;
  /** Lets requests in flight end, then closes what they used, the database last. */
  stop(): Promise<void>;
}

/**
 * Opens, wires and starts, in this order; if a step fails, what was opened is closed again.
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
  const { key, created } = await readKey(settings.key);
  const database = await openStorage(settings);
  let time: KeptTime | undefined;
  try {
    time = now === undefined ? await keepTime(settings, database, repeat) : { now, stop: () => undefined };
    const keyring = await openKeyring(database, key, time.now);
    // Written by a version that did not seal rows: accepted as they are, once.
    if (!keyring.rowsAreSealed) await sealRows(database, keyring, 'seal');
    return await serve(
      createContainer({ settings, log, resolveAddress, now: time.now, database, keyring }),
      { settings, log, now: time.now, database, keyring },
      time,
      repeat,
      created,
    );
  } catch (error) {
    time?.stop();
    await database.destroy();
    throw error;
  }
}

async function serve(
  container: ReturnType<typeof createContainer>,
  opened: Omit<OpenResources, 'resolveAddress'>,
  time: KeptTime,
  repeat: Repeat,
  created: boolean,
): Promise<Application> {
  const { settings, database } = opened;
  const server = container.get(identifiers.server);
  const instances = container.get(identifiers.instances);
  const accessTokens = container.get(identifiers.accessTokens);
  await container.get(identifiers.organizations).ensure('default');
  const audit = container.get(identifiers.auditLog);
  const commits = commitsOf(database);
  await examineAudit(audit);
  await commits.group();
  const url = await listen(server, settings);
  const keeping = startKeeping({ ...opened, checkpoints: container.get(identifiers.checkpoints) }, repeat);
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
      time.stop();
      await keeping.stop();
      await audit.settle();
      await commits.close();
      await database.destroy();
    },
  };
}
