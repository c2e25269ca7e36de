import type { Kysely } from 'kysely';
import { ApiError } from '../../api/api-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import { isSession, type Caller } from '../caller.ts';
import type { HandlersFor } from '../handlers.ts';
import { narrowingOf, showsBinding } from '../narrowing.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import { isNarrowed, reaches } from '../reach.ts';
import type { Seals } from '../seals/seals.ts';
import { placeOf } from '../secrets/place.ts';
import type { OrchestratorTables } from '../tables.ts';
import { rfc3339 } from '../time.ts';
import { requireUnlocked } from '../variables/locks.ts';
import { readVariables } from '../variables/store.ts';
import { couldSelect } from './bindings-of-scope.ts';
import { bindingView, parseRow, type Bindings } from './bindings.ts';
import { sealBindings, type BindingRow, type EnvironmentStore } from './store.ts';

type EnvironmentHandlers = HandlersFor<
  'environments.create' | 'environments.list' | 'environments.show' | 'environments.delete'
>;

/** Handlers of the operations on environments. */
export function createEnvironments(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  store: EnvironmentStore,
  bindings: Bindings,
  now: () => number,
): EnvironmentHandlers {
  return {
    async 'environments.create'({ name, bind }, call) {
      const { organization } = call;
      const rows = await Promise.all(bind.map((scope) => bindings.prepare(call, name, { scope })));
      const environment = { organization, name, created_at: now() };
      const own = await seals.of(organization);
      await inTransaction(database, async (transaction) => {
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
        // Clears what was added while an environment of this name was being deleted.
        await deleteContents(transaction, organization, name);
        for (const row of rows) await transaction.insertInto('bindings').values(row).execute();
        await sealBindings(transaction, own, organization, name);
        await bumpGeneration(transaction, organization);
      });
      return { name, createdAt: rfc3339(environment.created_at), bindings: rows.map(bindingView) };
    },
    async 'environments.list'({ scope }, { caller, organization }) {
      const place = scope === undefined ? undefined : placeOf(scope);
      return {
        environments: (await store.all(organization))
          .filter(({ environment }) => reaches(caller, { kind: 'view', environment: environment.name }))
          .map(({ environment, bindings: rows }) => ({
            name: environment.name,
            createdAt: rfc3339(environment.created_at),
            bindings: shown(caller, rows).filter((row) => place === undefined || couldSelect(row, place)).length,
          }))
          .filter(({ bindings: selecting }) => place === undefined || selecting > 0),
      };
    },
    async 'environments.show'({ environment }, { caller, organization }) {
      const row = await store.require(organization, environment);
      return {
        name: row.name,
        createdAt: rfc3339(row.created_at),
        bindings: shown(caller, await store.bindings(organization, environment)).map(bindingView),
      };
    },
    async 'environments.delete'({ environment }, call) {
      const { caller, organization } = call;
      await store.require(organization, environment);
      // Before the transaction, since loading a key needs the connection that the transaction holds.
      const own = await seals.of(organization);
      await inTransaction(database, async (transaction) => {
        // Checked here, because a binding may be added in the meantime. An unrestricted caller may delete rows that
        // were tampered with.
        const rows = isNarrowed(caller) ? await store.bindings(organization, environment, transaction) : [];
        if (!rows.every(({ scope }) => reaches(caller, { kind: 'pattern', pattern: scope })))
          throw new ApiError(
            'permission_denied',
            `the environment ${environment} holds bindings outside the scopes of this token`,
          );
        if (isSession(caller))
          requireUnlocked(
            call,
            'environments.delete',
            { environment },
            await readVariables(transaction, seals, own, organization, environment),
          );
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

/** The bindings that the caller may know of. */
function shown(caller: Caller, rows: readonly BindingRow[]): readonly BindingRow[] {
  const narrowing = narrowingOf(caller);
  return narrowing === undefined ? rows : rows.filter((row) => showsBinding(narrowing, parseRow(row)));
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
