import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { listText } from '../list-text.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { JobCatalogue } from './stored-catalogue.ts';

/** A catalogue as text, and what a job's row says in its place: itself, or where it is. */
export interface WrittenCatalogue {
  readonly text: string;
  readonly inRow: string;
}

/** A longer one has a row of its own, so that jobs that start at once do not write it again and again. */
const longestInRow = 8_192;
const byDigest = 'sha256:';
const hourMs = 3_600_000;
const touchedEveryMs = 12 * hourMs;
/** Longer than any job lasts, by more than the time between two touches. */
const keptMs = 48 * hourMs;

const written = new WeakMap<JobCatalogue, Promise<WrittenCatalogue>>();

/** Once for all jobs that were resolved together. */
export function writeCatalogue(catalogue: JobCatalogue): Promise<WrittenCatalogue> {
  const known = written.get(catalogue);
  if (known !== undefined) return known;
  const made = write(catalogue);
  written.set(catalogue, made);
  return made;
}

async function write({ entries, ...others }: JobCatalogue): Promise<WrittenCatalogue> {
  const text = `${JSON.stringify(others).slice(0, -1)},"entries":${await listText(entries)}}`;
  return { text, inRow: text.length <= longestInRow ? text : `${byDigest}${digestOf(text)}` };
}

/** Belongs into the transaction that inserts the job. */
export async function keepCatalogue(
  transaction: Kysely<OrchestratorTables>,
  organization: string,
  { text, inRow }: WrittenCatalogue,
  now: number,
): Promise<void> {
  if (text === inRow) return;
  const digest = inRow.slice(byDigest.length);
  const own = transaction.selectFrom('job_catalogues').where('organization', '=', organization);
  const known = await own.select('used_at').where('digest', '=', digest).executeTakeFirst();
  if (known === undefined) {
    await transaction
      .deleteFrom('job_catalogues')
      .where('used_at', '<', now - keptMs)
      .execute();
    await transaction
      .insertInto('job_catalogues')
      .values({ organization, digest, catalogue: text, used_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  } else if (known.used_at < now - touchedEveryMs) {
    await transaction
      .updateTable('job_catalogues')
      .set({ used_at: now })
      .where('organization', '=', organization)
      .where('digest', '=', digest)
      .execute();
  }
}

/** @throws ApiError `tampered` unless it is what the job was opened with */
export async function readCatalogue(
  database: Kysely<OrchestratorTables>,
  organization: string,
  inRow: string,
): Promise<string> {
  if (!inRow.startsWith(byDigest)) return inRow;
  const digest = inRow.slice(byDigest.length);
  const row = await database
    .selectFrom('job_catalogues')
    .select('catalogue')
    .where('organization', '=', organization)
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (row === undefined || digestOf(row.catalogue) !== digest)
    throw new ApiError('tampered', 'the catalogue of a job was not written by this orchestrator, or was changed since');
  return row.catalogue;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
