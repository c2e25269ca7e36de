import type { Kysely, Selectable } from 'kysely';
import { findEnvironment } from '../environments/store.ts';
import { readWhole, type RowSeals, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

export type VariableRow = Selectable<OrchestratorTables['variables']>;

interface Place {
  readonly organization: string;
  readonly environment: string;
}

/**
 * The variables of an environment.
 * @throws ApiError `tampered` unless exactly these variables were set through the API
 */
export async function readVariables(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  organization: string,
  environment: string,
): Promise<readonly VariableRow[]> {
  const whole = await readWhole(seals, {
    owner: () => findEnvironment(database, organization, environment),
    rows: () => variablesOf(database, { organization, environment }),
    stored: ({ variables_seal }) => variables_seal,
    expected: (owner, rows) => own.variables(owner, rows),
    what: `a variable of the environment ${environment}`,
  });
  return whole?.rows ?? [];
}

/**
 * Changes the variables of an environment within a transaction; refuses if they were tampered with.
 * @throws ApiError `tampered`
 */
export async function changeVariables<T>(
  transaction: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  { organization, environment }: Place,
  change: (before: readonly VariableRow[]) => Promise<T>,
): Promise<T> {
  const result = await change(await readVariables(transaction, seals, own, organization, environment));
  await sealVariables(transaction, own, { organization, environment });
  return result;
}

/** Seals the variables of an environment as they are now. */
export async function sealVariables(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  place: Place,
): Promise<void> {
  const row = await findEnvironment(transaction, place.organization, place.environment);
  if (row === undefined) return;
  await transaction
    .updateTable('environments')
    .set({ variables_seal: own.variables(row, await variablesOf(transaction, place)) })
    .where('organization', '=', place.organization)
    .where('name', '=', place.environment)
    .execute();
}

function variablesOf(
  database: Kysely<OrchestratorTables>,
  { organization, environment }: Place,
): Promise<readonly VariableRow[]> {
  return database
    .selectFrom('variables')
    .selectAll()
    .where('organization', '=', organization)
    .where('environment', '=', environment)
    .orderBy('name')
    .execute();
}
