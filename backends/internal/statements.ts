import { CompiledQuery, type Compilable, type Kysely, type QueryResult } from 'kysely';
import type { InternalTables } from './tables.ts';

/** The texts of statements by their names: building one costs more than running it. */
export type Statements = Map<string, string>;

/**
 * Runs a statement that is built once.
 * @param parameters in the order in which the statement that `build` makes has them
 */
export async function runBuilt<R>(
  database: Kysely<InternalTables>,
  statements: Statements,
  name: string,
  parameters: readonly unknown[],
  build: () => Compilable<R>,
): Promise<QueryResult<R>> {
  const text = statements.get(name) ?? build().compile().sql;
  statements.set(name, text);
  return database.executeQuery<R>(CompiledQuery.raw(text, [...parameters]));
}
