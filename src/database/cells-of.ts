import type { CompiledQuery, Kysely } from 'kysely';
import type { Cell, Cells } from './cells.ts';
import { EmbeddedKysely } from './embedded-kysely.ts';

/** The rows that a statement finds, without the names of their columns, which cost more than the search. */
export async function cellsOf<Tables, R extends Readonly<Record<string, Cell>>>(
  database: Kysely<Tables>,
  query: CompiledQuery<R>,
): Promise<readonly Cells[]> {
  return cellsNow(database, query) ?? (await database.executeQuery(query)).rows.map((row) => Object.values<Cell>(row));
}

/** As `cellsOf`, where the statement runs at once; undefined where it has to be waited for. */
export function cellsNow<Tables>(database: Kysely<Tables>, query: CompiledQuery): readonly Cells[] | undefined {
  return database instanceof EmbeddedKysely ? database.cells(query) : undefined;
}

/**
 * The rows that a statement finds at once; undefined where it has to be waited for. Of what other processes have
 * committed it has what was there at the last look of this turn of the event loop: to be called for whoever has looked
 * since he came, as each request does for its caller.
 */
export function rowsNow<Tables, R>(database: Kysely<Tables>, query: CompiledQuery<R>): readonly R[] | undefined {
  return database instanceof EmbeddedKysely ? database.rows(query, 'turn') : undefined;
}
