import { CompiledQuery, type Compilable, type Kysely, type QueryResult } from 'kysely';
import type { InternalTables } from './tables.ts';

/** Statements by their names, as texts: building one costs more than running it, and takes more memory. */
export type Statements = Map<string, CompiledQuery>;

/**
 * Runs a statement that is built once.
 * @param parameters in the order in which the statement that `build` makes has them
 */
export function runBuilt<R>(
  database: Kysely<InternalTables>,
  statements: Statements,
  name: string,
  parameters: readonly unknown[],
  build: () => Compilable<R>,
): Promise<QueryResult<R>> {
  return database.executeQuery(builtOnce(statements, name, parameters, build));
}

/** As `runBuilt` would run it. */
export function builtOnce<R>(
  statements: Statements,
  name: string,
  parameters: readonly unknown[],
  build: () => Compilable<R>,
): CompiledQuery<R> {
  const known = statements.get(name);
  const built = known ?? CompiledQuery.raw(build().compile().sql);
  if (known === undefined) statements.set(name, built);
  // A name always means the same statement, and so the same rows.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { query, queryId, sql } = built as CompiledQuery<R>;
  return { query, queryId, sql, parameters };
}
