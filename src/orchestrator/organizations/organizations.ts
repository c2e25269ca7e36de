import type { Kysely } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { HandlersFor } from '../handlers.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';

export interface Organizations {
  readonly handlers: HandlersFor<'organizations.create' | 'organizations.list'>;
  /** Creates it unless it exists. */
  ensure(name: string): Promise<void>;
  /** Says that something a resolution depends on has changed; the next request of every orchestrator sees it. */
  touch(name: string): Promise<void>;
}

export function createOrganizations(database: Kysely<OrchestratorTables>, now: () => number): Organizations {
  const insert = (name: string) => database.insertInto('organizations')
    .values({ name, generation: 1, created_at: now() }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();

  return {
    async ensure(name) {
      await insert(name);
    },
    async touch(name) {
      await database.updateTable('organizations').set((eb) => ({ generation: eb('generation', '+', 1) })).where('name', '=', name).execute();
    },
    handlers: {
      async 'organizations.create'({ name }, { caller }) {
        // A token of one organisation does not make others.
        if (caller.kind === 'token' && caller.scopes !== undefined) throw new ApiError('permission_denied', 'a narrowed token may not create organisations');
        const result = await insert(name);
        if (result.numInsertedOrUpdatedRows === 0n) throw new ApiError('conflict', `the organisation ${name} exists`);
        return { name };
      },
      async 'organizations.list'() {
        const rows = await database.selectFrom('organizations').select(['name', 'created_at']).orderBy('name').execute();
        return { organizations: rows.map((row) => ({ name: row.name, createdAt: rfc3339(row.created_at) })) };
      },
    },
  };
}
