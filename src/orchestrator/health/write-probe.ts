import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { maxValueBytes } from '../../api/fields.ts';
import type { HealthTables } from './tables.ts';

/** Room for the largest value, sealed, and for what is recorded of it. */
const probeBytes = 2 * maxValueBytes;

/**
 * Writes what a change writes: a row of the database and a file beside it, both safe on disk. Database pages can be
 * used again when a disk is full, which a new file cannot.
 * @throws what the database or the file system says
 */
export async function probeWriting(database: Kysely<HealthTables>, dataDir: string, at: number): Promise<void> {
  await database
    .insertInto('write_probes')
    .values({ id: 1, at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ at }))
    .execute();
  const file = join(dataDir, 'write-probe');
  // One that was cut off has left it; a new file takes room that is there, not its own of before.
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
