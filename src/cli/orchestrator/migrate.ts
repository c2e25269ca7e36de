import type { Io } from '../terminal/io.ts';
import type { Configuration } from './configuration.ts';
import { explained } from './explained.ts';
import { storageOf } from './storage.ts';

/** Brings the tables up to date, so that a new release can start beside the old one. */
export async function migrate(configuration: Configuration, json: boolean, io: Io): Promise<void> {
  const { dataDir, database } = storageOf(configuration);
  const { migrateStorage } = await import('../../composition/storage.ts');
  await explained(() => migrateStorage({ dataDir, database }));
  io.stdout.write(
    json
      ? `${JSON.stringify({ upToDate: true })}\n`
      : `the tables in ${database === undefined ? dataDir : 'the database'} are up to date\n`,
  );
}
