import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { readWhole, type RowSeals, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

export type BindingRow = Selectable<OrchestratorTables['bindings']>;

export type EnvironmentRow = Selectable<OrchestratorTables['environments']>;

export interface EnvironmentStore {
  /** Of every environment, sorted. */
  names(organization: string): Promise<readonly string[]>;
  /** @throws ApiError `not_found` */
  require(organization: string, environment: string): Promise<EnvironmentRow>;
  /**
   * @throws ApiError `tampered` unless these are the bindings that were made through us, and no others
   * @param within a transaction to read them in
   */
  bindings(
    organization: string,
    environment: string,
    within?: Kysely<OrchestratorTables>,
  ): Promise<readonly BindingRow[]>;
  /** Those of every environment, as they lie in the database. */
  allBindings(organization: string): Promise<readonly BindingRow[]>;
}

export function createEnvironmentStore(database: Kysely<OrchestratorTables>, seals: Seals): EnvironmentStore {
  return {
    async require(organization, environment) {
      const row = await findEnvironment(database, organization, environment);
      if (row === undefined) {
        throw new ApiError(
          'not_found',
          `there is no environment ${environment}`,
          `create it with \`kici-admin environment create ${environment}\`, or see \`kici-admin environment list\``,
        );
      }
      return row;
    },
    async names(organization) {
      const rows = await database
        .selectFrom('environments')
        .select('name')
        .where('organization', '=', organization)
        .orderBy('name')
        .execute();
      return rows.map(({ name }) => name);
    },
    allBindings: (organization) =>
      database
        .selectFrom('bindings')
        .selectAll()
        .where('organization', '=', organization)
        .orderBy('environment')
        .orderBy('created_at')
        .orderBy('id')
        .execute(),
    async bindings(organization, environment, within = database) {
      const own = await seals.of(organization);
      return (await readBindings(within, seals, own, organization, environment))?.rows ?? [];
    },
  };
}

function readBindings(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  organization: string,
  environment: string,
): Promise<{ readonly rows: readonly BindingRow[] } | undefined> {
  return readWhole(seals, {
    owner: () => findEnvironment(database, organization, environment),
    rows: () => bindingsOf(database, organization, environment),
    stored: ({ seal }) => seal,
    expected: (owner, rows) => own.environment(owner, rows),
    what: `the environment ${environment}, or one of its bindings,`,
  });
}

/**
 * Changes the bindings of an environment within a transaction; nothing is added to bindings that are not ours.
 * @throws ApiError `tampered`
 */
export async function changeBindings(
  transaction: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  { organization, environment }: { readonly organization: string; readonly environment: string },
  change: () => Promise<unknown>,
): Promise<void> {
  await readBindings(transaction, seals, own, organization, environment);
  await change();
  await sealBindings(transaction, own, organization, environment);
}

/** Seals the bindings of an environment as they are. */
export async function sealBindings(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string,
  environment: string,
): Promise<void> {
  const row = await findEnvironment(transaction, organization, environment);
  if (row === undefined) return;
  const seal = own.environment(row, await bindingsOf(transaction, organization, environment));
  await transaction
    .updateTable('environments')
    .set({ seal })
    .where('organization', '=', organization)
    .where('name', '=', environment)
    .execute();
}

function findEnvironment(
  database: Kysely<OrchestratorTables>,
  organization: string,
  environment: string,
): Promise<EnvironmentRow | undefined> {
  return database
    .selectFrom('environments')
    .selectAll()
    .where('organization', '=', organization)
    .where('name', '=', environment)
    .executeTakeFirst();
}

function bindingsOf(
  database: Kysely<OrchestratorTables>,
  organization: string,
  environment: string,
): Promise<readonly BindingRow[]> {
  return database
    .selectFrom('bindings')
    .selectAll()
    .where('organization', '=', organization)
    .where('environment', '=', environment)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}
