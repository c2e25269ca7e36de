import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { maxValueBytes } from '../../api/fields.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { contentVersionOf } from '../content-version.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { EnvironmentResolver } from '../resolution/resolve.ts';
import type { HandlersFor, OperationOutput } from '../handlers.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import { requireUnlocked } from './locks.ts';
import { changeVariables, readVariables, type VariableRow } from './store.ts';

/** Variables of environments: serves their operations, and lists them for jobs. */
export interface Variables {
  readonly handlers: HandlersFor<'variables.set' | 'variables.list' | 'variables.delete'>;
  list(organization: string, environment: string): Promise<readonly VariableRow[]>;
}

export function createVariables(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  environments: EnvironmentStore,
  resolver: EnvironmentResolver,
  now: () => number,
): Variables {
  const list = async (organization: string, environment: string): Promise<readonly VariableRow[]> =>
    readVariables(database, seals, await seals.of(organization), organization, environment);

  return {
    list,
    handlers: {
      async 'variables.set'({ environment, name, value, locked, expectedVersion }, call) {
        const { organization } = call;
        if (value.includes('\0'))
          throw new ApiError('invalid_request', 'a variable cannot hold NUL: no process environment can');
        const bytes = Buffer.byteLength(value);
        if (bytes > maxValueBytes)
          throw new ApiError(
            'too_large',
            `the value of ${name} has ${bytes} bytes, and a variable has at most ${maxValueBytes}`,
          );
        const { catalogue } = await resolver.resolve(call, environment, {});
        // Secrets that appear later are reported by `check`.
        if (catalogue.entries.has(name))
          throw new ApiError(
            'conflict',
            `a secret of the environment ${environment} is called ${name}, and a step can have only one of the two`,
            'choose another name, or delete the secret or its binding',
          );
        const fresh = { organization, environment, name, value, locked: locked === true ? 1 : 0, updated_at: now() };
        const own = await seals.of(organization);
        const { row, wasLocked } = await inTransaction(database, (transaction) =>
          changeVariables(transaction, seals, own, { organization, environment }, async (before) => {
            requireUnlocked(call, 'variables.set', { environment, name }, before);
            requireVersion(before, name, expectedVersion);
            return {
              wasLocked: before.some((variable) => variable.name === name && variable.locked === 1),
              row: await transaction
                .insertInto('variables')
                .values(fresh)
                .onConflict((conflict) =>
                  conflict.columns(['organization', 'environment', 'name']).doUpdateSet({
                    value,
                    updated_at: fresh.updated_at,
                    ...(locked !== undefined && { locked: fresh.locked }),
                  }),
                )
                .returningAll()
                .executeTakeFirstOrThrow(),
            };
          }),
        );
        return { ...view(row), wasLocked };
      },
      async 'variables.list'({ environment }, { organization }) {
        await environments.require(organization, environment);
        return { variables: (await list(organization, environment)).map(view) };
      },
      async 'variables.delete'({ environment, name, expectedVersion }, call) {
        const { organization } = call;
        await environments.require(organization, environment);
        const own = await seals.of(organization);
        const result = await inTransaction(database, (transaction) =>
          changeVariables(transaction, seals, own, { organization, environment }, (before) => {
            requireUnlocked(call, 'variables.delete', { environment, name }, before);
            requireVersion(before, name, expectedVersion);
            return transaction
              .deleteFrom('variables')
              .where('organization', '=', organization)
              .where('environment', '=', environment)
              .where('name', '=', name)
              .executeTakeFirst();
          }),
        );
        return { existed: result.numDeletedRows > 0n };
      },
    },
  };
}

/**
 * @param expected null: none may exist; `undefined`: whatever exists
 * @throws ApiError `conflict`
 */
function requireVersion(variables: readonly VariableRow[], name: string, expected: string | null | undefined): void {
  if (expected === undefined) return;
  const current = variables.find((variable) => variable.name === name);
  if ((current === undefined ? null : view(current).version) === expected) return;
  throw new ApiError(
    'conflict',
    current === undefined ? `the variable ${name} was deleted meanwhile` : `the variable ${name} was set meanwhile`,
    'look at it again; nothing was changed',
  );
}

function view(row: VariableRow): OperationOutput<'variables.list'>['variables'][number] {
  const content = { name: row.name, value: row.value, locked: row.locked === 1 };
  return { ...content, updatedAt: rfc3339(row.updated_at), version: contentVersionOf(content) };
}
