import { resolve } from 'node:path';
import { UsageError } from '../terminal/command-error.ts';
import { printable, type Io } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';
import { explained } from './explained.ts';
import { storageOf } from './storage.ts';

export interface MigrateDataFlags {
  readonly from: string;
  /** Default: the configured one. */
  readonly to: string | undefined;
}

/** Moves the installation of a data folder into a PostgreSQL. */
export async function migrateData(
  configuration: Configuration,
  { from, to }: MigrateDataFlags,
  json: boolean,
  io: Io,
): Promise<void> {
  const { databaseUrl } = configuration;
  const storage = storageOf({ ...configuration, databaseUrl: { ...databaseUrl, value: to ?? databaseUrl.value } });
  if (storage.database === undefined)
    throw new UsageError(
      'it is not said where the data is to go',
      'give the URL of an empty PostgreSQL database as --to, or as KICI_DATABASE_URL, which other users do not see',
    );
  const folder = resolve(from);
  const { moveData } = await import('../../composition/move/move-data.ts');
  const { database, key } = storage;
  const moved = await explained(() =>
    moveData({ from: folder, to: database, key: key.kind === 'file' ? { ...key, create: false } : key }),
  );
  if (json) {
    io.stdout.write(`${JSON.stringify({ from: folder, ...moved })}\n`);
    return;
  }
  const lines = moved.organizations.map(
    ({ name, auditRows, auditIntact }) =>
      `${name}: ${auditRows} rows of the audit log verified there${auditIntact ? '' : ', with the problems that they had before'}`,
  );
  io.stdout.write(
    `${moved.rows} rows were copied from ${folder}, which is as it was\n${lines.map(printable).join('\n')}\n` +
      `start the orchestrator with KICI_DATABASE_URL set, and with KICI_DATA_DIR=${folder} as before: the anchor of the audit log stays there\n` +
      'start none without KICI_DATABASE_URL any more: it would go on with the old data\n',
  );
}
