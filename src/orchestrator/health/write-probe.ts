import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { maxValueBytes } from '../../api/fields.ts';
import { commitsOf } from '../../database/open.ts';
import type { HealthTables } from './tables.ts';

/** Room for the largest value, sealed, and for its metadata. */
const probeBytes = 2 * maxValueBytes;

/**
 * Writes what a change would write: a database row and a file beside it, both flushed to disk. On a full disk the
 * database can still reuse its pages; a new file shows that the disk is full.
 * @throws NotDurableError and the error of the database or the file system
 */
export async function probeWriting(database: Kysely<HealthTables>, dataDir: string, at: number): Promise<void> {
  await database
    .insertInto('write_probes')
    .values({ id: 1, at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
    .execute();
  await commitsOf(database).durable();
  const file = join(dataDir, 'write-probe');
  // A probe that was killed leaves its file; only a new file shows that there is room.
  await rm(file, { force: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(Buffer.alloc(probeBytes));
    await handle.sync();
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}
