import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { readOrganization } from '../backends/store.ts';
import type { HandlersFor } from '../handlers.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

/** Handlers of the operations on organizations. */
export interface Organizations {
  readonly handlers: HandlersFor<'organizations.create' | 'organizations.list'>;
  /** Creates the organization unless it exists. */
  ensure(name: string): Promise<void>;
}

export function createOrganizations(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  now: () => number,
): Organizations {
  const insert = async (name: string) => {
    const row = { name, created_at: now(), policy: null };
    const seal = (await seals.of(name)).organization(row, []);
    return database
      .insertInto('organizations')
      .values({ ...row, generation: 1, seal })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
  };

  return {
    async ensure(name) {
      await insert(name);
    },
    handlers: {
      async 'organizations.create'({ name }, { caller }) {
        if (caller.kind !== 'token' || caller.organization !== undefined)
          throw new ApiError('permission_denied', 'a token of one organization may not create others');
        const result = await insert(name);
        if (result.numInsertedOrUpdatedRows === 0n) throw new ApiError('conflict', `the organization ${name} exists`);
        return { name };
      },
      async 'organizations.list'(_, { caller }) {
        const names = await database.selectFrom('organizations').select('name').orderBy('name').execute();
        const seen = names.filter(({ name }) => caller.kind === 'token' && (caller.organization ?? name) === name);
        const found = await Promise.all(
          seen.map(async ({ name }) => readOrganization(database, seals, await seals.of(name), name)),
        );
        return {
          organizations: found.flatMap((whole) =>
            whole === undefined ? [] : [{ name: whole.owner.name, createdAt: rfc3339(whole.owner.created_at) }],
          ),
        };
      },
    },
  };
}
