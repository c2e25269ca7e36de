import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { isSealed, readWhole, type RowSeals, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';

export type BindingRow = Selectable<OrchestratorTables['bindings']>;

export type EnvironmentRow = Selectable<OrchestratorTables['environments']>;

/** An environment with its bindings, oldest first. */
export interface BoundEnvironment {
  readonly environment: EnvironmentRow;
  readonly bindings: readonly BindingRow[];
}

/** Environments and bindings from the database, with their seals checked. */
export interface EnvironmentStore {
  /** @throws ApiError `not_found` */
  require(organization: string, environment: string): Promise<EnvironmentRow>;
  /**
   * @throws ApiError `tampered` unless exactly these bindings were made through the API
   * @param within a transaction to read them in
   */
  bindings(
    organization: string,
    environment: string,
    within?: Kysely<OrchestratorTables>,
  ): Promise<readonly BindingRow[]>;
  /**
   * Every environment with its bindings.
   * @throws ApiError `tampered` unless exactly these bindings were made through the API
   * @param within a transaction to read them in
   */
  all(organization: string, within?: Kysely<OrchestratorTables>): Promise<readonly BoundEnvironment[]>;
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
    async all(organization, within = database) {
      const own = await seals.of(organization);
      const owners = await within
        .selectFrom('environments')
        .selectAll()
        .where('organization', '=', organization)
        .orderBy('name')
        .execute();
      const rows = Map.groupBy(await bindingsOf(within, organization), ({ environment }) => environment);
      const found = new Array<BoundEnvironment>();
      for (const environment of owners) {
        const bindings = rows.get(environment.name) ?? [];
        const whole = isSealed(environment.seal, own.environment(environment, bindings))
          ? { owner: environment, rows: bindings }
          : // Changed between the two reads, or not written by us.
            await readBindings(within, seals, own, organization, environment.name);
        if (whole !== undefined) found.push({ environment: whole.owner, bindings: whole.rows });
      }
      return found;
    },
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
): Promise<{ readonly owner: EnvironmentRow; readonly rows: readonly BindingRow[] } | undefined> {
  return readWhole(seals, {
    owner: () => findEnvironment(database, organization, environment),
    rows: () => bindingsOf(database, organization, environment),
    stored: ({ seal }) => seal,
    expected: (owner, rows) => own.environment(owner, rows),
    what: `the environment ${environment}, or one of its bindings,`,
  });
}

/**
 * Changes the bindings of an environment within a transaction; refuses if they were tampered with.
 * @throws ApiError `tampered`
 */
export async function changeBindings(
  transaction: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  { organization, environment }: { readonly organization: string; readonly environment: string },
  change: (before: readonly BindingRow[]) => Promise<unknown>,
): Promise<void> {
  await change((await readBindings(transaction, seals, own, organization, environment))?.rows ?? []);
  await sealBindings(transaction, own, organization, environment);
}

/** Seals the bindings of an environment as they are now. */
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

export function findEnvironment(
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

/** @param environment default: all of them */
function bindingsOf(
  database: Kysely<OrchestratorTables>,
  organization: string,
  environment?: string,
): Promise<readonly BindingRow[]> {
  return database
    .selectFrom('bindings')
    .selectAll()
    .where('organization', '=', organization)
    .$if(environment !== undefined, (query) => query.where('environment', '=', environment ?? ''))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}
