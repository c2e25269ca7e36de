import type { Kysely } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { requireEnvironment } from '../caller.ts';
import type { HandlersFor } from '../handlers.ts';
import { narrowingOf, requireBindable } from '../narrowing.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import { bindingView, parseRow, type Bindings } from './bindings.ts';
import { sealBindings, type EnvironmentStore } from './store.ts';

type EnvironmentHandlers = HandlersFor<
  'environments.create' | 'environments.list' | 'environments.show' | 'environments.delete'
>;

export function createEnvironments(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  store: EnvironmentStore,
  bindings: Bindings,
  now: () => number,
): EnvironmentHandlers {
  return {
    async 'environments.create'({ name, bind }, call) {
      const { caller, organization } = call;
      requireEnvironment(caller, name);
      const rows = await Promise.all(bind.map((scope) => bindings.prepare(call, name, { scope })));
      const environment = { organization, name, created_at: now() };
      const own = await seals.of(organization);
      await database.transaction().execute(async (transaction) => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('environments')
          .values({ ...environment, seal: null, variables_seal: own.variables(environment, []) })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows !== 1n)
          throw new ApiError(
            'conflict',
            `the environment ${name} exists`,
            `bind more scopes to it with \`kici-admin environment bind ${name}\``,
          );
        // Whatever was added while an environment of this name was being deleted.
        await deleteContents(transaction, organization, name);
        for (const row of rows) await transaction.insertInto('bindings').values(row).execute();
        await sealBindings(transaction, own, organization, name);
        await bumpGeneration(transaction, organization);
      });
      return { name, createdAt: rfc3339(environment.created_at), bindings: rows.map(bindingView) };
    },
    async 'environments.list'(_, { caller, organization }) {
      const rows = await database
        .selectFrom('environments as e')
        .select((eb) => [
          'e.name',
          'e.created_at',
          eb
            .selectFrom('bindings as b')
            .select((inner) => inner.fn.countAll<number>().as('count'))
            .whereRef('b.organization', '=', 'e.organization')
            .whereRef('b.environment', '=', 'e.name')
            .as('bindings'),
        ])
        .where('e.organization', '=', organization)
        .orderBy('e.name')
        .execute();
      const narrowed = caller.kind === 'token' ? caller.environments : [];
      return {
        environments: rows
          .filter(({ name }) => narrowed?.includes(name) ?? true)
          .map((row) => ({ name: row.name, createdAt: rfc3339(row.created_at), bindings: row.bindings ?? 0 })),
      };
    },
    async 'environments.show'({ environment }, { organization }) {
      const row = await store.require(organization, environment);
      return {
        name: row.name,
        createdAt: rfc3339(row.created_at),
        bindings: (await store.bindings(organization, environment)).map(bindingView),
      };
    },
    async 'environments.delete'({ environment }, { caller, organization }) {
      await store.require(organization, environment);
      // Whoever may have every scope read may also delete what was tampered with.
      if (narrowingOf(caller) !== undefined)
        for (const row of await store.bindings(organization, environment)) requireBindable(caller, parseRow(row));
      await database.transaction().execute(async (transaction) => {
        await deleteContents(transaction, organization, environment);
        await transaction
          .deleteFrom('environments')
          .where('organization', '=', organization)
          .where('name', '=', environment)
          .execute();
        await bumpGeneration(transaction, organization);
      });
      return {};
    },
  };
}

async function deleteContents(
  database: Kysely<OrchestratorTables>,
  organization: string,
  environment: string,
): Promise<void> {
  await database
    .deleteFrom('bindings')
    .where('organization', '=', organization)
    .where('environment', '=', environment)
    .execute();
  await database
    .deleteFrom('variables')
    .where('organization', '=', organization)
    .where('environment', '=', environment)
    .execute();
}
