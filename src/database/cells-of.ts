import type { CompiledQuery, Kysely } from 'kysely';
import type { Cell, Cells } from './cells.ts';
import { EmbeddedKysely } from './embedded-kysely.ts';

/** The rows that a statement finds, without the names of their columns, which cost more than the search. */
export async function cellsOf<Tables, R extends Readonly<Record<string, Cell>>>(
  database: Kysely<Tables>,
  query: CompiledQuery<R>,
): Promise<readonly Cells[]> {
  const now = database instanceof EmbeddedKysely ? database.cells(query) : undefined;
  return now ?? (await database.executeQuery(query)).rows.map((row) => Object.values<Cell>(row));
}
