import { existsSync } from 'node:fs';
import { DatabaseError } from '../database/database-error.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open.ts';
import { openKeyring } from '../keyring/keyring.ts';
import { createFileAnchor } from '../orchestrator/audit/anchor.ts';
import { createAuditLog } from '../orchestrator/audit/audit-log.ts';
import type { Resealed } from '../orchestrator/seals/reseal.ts';
import { allMigrations, type AllTables } from './all-tables.ts';
import { readKey } from './read-key.ts';
import { sealRows } from './seal-rows.ts';
import { anchorFile, databaseFile, type ServerSettings } from './settings.ts';

/** How many rows one row of the audit log names. */
const namedRows = 50;

/**
 * Finds rows of a data folder that were changed outside the orchestrator, and accepts them on request; the audit log
 * records that.
 * @throws KeyringError, DatabaseError
 */
export async function reseal(
  { dataDir, key }: Pick<ServerSettings, 'dataDir' | 'key'>,
  how: 'look' | 'seal',
): Promise<readonly Resealed[]> {
  const file = databaseFile(dataDir);
  if (!existsSync(file))
    throw new DatabaseError(
      'cannot_open',
      `there is no database ${file}`,
      'name the data folder with --data-dir or KICI_DATA_DIR',
    );
  const { key: kek } = await readKey(key);
  const database = openDatabase<AllTables>(file);
  try {
    await migrate(database, allMigrations);
    const keyring = await openKeyring(database, kek, Date.now);
    const found = await sealRows(database, keyring, 'look');
    if (how === 'look' || found.length === 0) return found;
    const log = createAuditLog({
      database,
      signer: (organization) => keyring.signer(organization),
      anchor: createFileAnchor(anchorFile(dataDir)),
      durable: async () => undefined,
      now: Date.now,
      listener: { failed: () => undefined, broken: () => undefined },
    });
    const entries = [...Map.groupBy(found, ({ organization }) => organization ?? 'default')].map(
      ([organization, rows]) => ({
        organization,
        operation: 'rows.reseal',
        actor: 'operator of the server',
        subject: { rows: rows.slice(0, namedRows).map(({ what }) => what), count: rows.length },
      }),
    );
    const intents = await Promise.all(entries.map((entry) => log.append({ ...entry, phase: 'intent' })));
    await sealRows(database, keyring, 'seal');
    await Promise.all(
      entries.map((entry, index) =>
        log.append({ ...entry, phase: 'outcome', result: 'done', intent: intents[index] ?? 0 }),
      ),
    );
    await log.settle();
    return found;
  } finally {
    await database.destroy();
  }
}
