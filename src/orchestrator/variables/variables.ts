import type { Kysely, Selectable } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { maxValueBytes } from '../../api/fields.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

export interface Variables {
  readonly handlers: HandlersFor<'variables.set' | 'variables.list' | 'variables.delete'>;
  list(organization: string, environment: string): Promise<readonly Selectable<OrchestratorTables['variables']>[]>;
}

export function createVariables(
  database: Kysely<OrchestratorTables>,
  environments: EnvironmentStore,
  now: () => number,
): Variables {
  const list = (organization: string, environment: string): Promise<Selectable<OrchestratorTables['variables']>[]> =>
    database
      .selectFrom('variables')
      .selectAll()
      .where('organization', '=', organization)
      .where('environment', '=', environment)
      .orderBy('name')
      .execute();

  return {
    list,
    handlers: {
      async 'variables.set'({ environment, name, value, locked }, { organization }) {
        if (value.includes('\0'))
          throw new ApiError('invalid_request', 'a variable holds no NUL: no process environment can');
        const bytes = Buffer.byteLength(value);
        if (bytes > maxValueBytes)
          throw new ApiError(
            'too_large',
            `the value of ${name} has ${bytes} bytes, and a variable at most ${maxValueBytes}`,
          );
        await environments.require(organization, environment);
        const fresh = { organization, environment, name, value, locked: locked === true ? 1 : 0, updated_at: now() };
        const row = await database
          .insertInto('variables')
          .values(fresh)
          .onConflict((conflict) =>
            conflict.columns(['organization', 'environment', 'name']).doUpdateSet({
              value,
              updated_at: fresh.updated_at,
              ...(locked === undefined ? {} : { locked: fresh.locked }),
            }),
          )
          .returningAll()
          .executeTakeFirstOrThrow();
        return view(row);
      },
      async 'variables.list'({ environment }, { organization }) {
        await environments.require(organization, environment);
        return { variables: (await list(organization, environment)).map(view) };
      },
      async 'variables.delete'({ environment, name }, { organization }) {
        await environments.require(organization, environment);
        const result = await database
          .deleteFrom('variables')
          .where('organization', '=', organization)
          .where('environment', '=', environment)
          .where('name', '=', name)
          .executeTakeFirst();
        return { existed: result.numDeletedRows > 0n };
      },
    },
  };
}

function view(row: Selectable<OrchestratorTables['variables']>): OperationOutput<'variables.set'> {
  return { name: row.name, value: row.value, locked: row.locked === 1, updatedAt: rfc3339(row.updated_at) };
}
