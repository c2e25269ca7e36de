import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { OrchestratorTables } from '../tables.ts';

export type BindingRow = Selectable<OrchestratorTables['bindings']>;

export interface EnvironmentStore {
  /** @throws ApiError `not_found` */
  require(organization: string, environment: string): Promise<Selectable<OrchestratorTables['environments']>>;
  /** @param within a transaction to read them in */
  bindings(
    organization: string,
    environment: string,
    within?: Kysely<OrchestratorTables>,
  ): Promise<readonly BindingRow[]>;
  /** Those of every environment. */
  allBindings(organization: string): Promise<readonly BindingRow[]>;
}

export function createEnvironmentStore(database: Kysely<OrchestratorTables>): EnvironmentStore {
  return {
    async require(organization, environment) {
      const row = await database
        .selectFrom('environments')
        .selectAll()
        .where('organization', '=', organization)
        .where('name', '=', environment)
        .executeTakeFirst();
      if (row === undefined) {
        throw new ApiError(
          'not_found',
          `there is no environment ${environment}`,
          `create it with \`kici-admin environment create ${environment}\`, or see \`kici-admin environment list\``,
        );
      }
      return row;
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
    bindings: (organization, environment, within = database) =>
      within
        .selectFrom('bindings')
        .selectAll()
        .where('organization', '=', organization)
        .where('environment', '=', environment)
        .orderBy('created_at')
        .orderBy('id')
        .execute(),
  };
}
