import { randomUUID } from 'node:crypto';
import { everyBackend, everyHost, parseBinding, type Binding } from '@kici-dev/secret-federation';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { HandlersFor, OperationInput, OperationOutput } from '../handlers.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import { isNarrowed, reaches } from '../reach.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { changeBindings, type BindingRow, type EnvironmentStore } from './store.ts';

export interface Bindings {
  readonly handlers: HandlersFor<'bindings.add' | 'bindings.update' | 'bindings.remove'>;
  /** Checked and complete, but not yet stored. */
  prepare(call: Call, environment: string, input: BindingSettings): Promise<BindingRow>;
}

type BindingSettings = Omit<OperationInput<'bindings.add'>, 'environment'>;

const keyMap = z.record(z.string(), z.string());

/** @param knowsBackend whether the caller's organization has a backend of this name */
export function createBindings(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  environments: EnvironmentStore,
  knowsBackend: (call: Call, name: string) => Promise<boolean>,
  now: () => number,
): Bindings {
  async function requireValid(call: Call, row: BindingRow): Promise<BindingRow> {
    const binding = parseRow(row);
    if (binding.backend !== everyBackend && !(await knowsBackend(call, binding.backend))) {
      throw new ApiError(
        'not_found',
        `there is no backend ${binding.backend} to bind`,
        'add it with `kici-admin backend add`; `kici-admin backend list` shows what exists',
      );
    }
    return row;
  }

  function prepare(call: Call, environment: string, input: BindingSettings): Promise<BindingRow> {
    return requireValid(call, {
      id: randomUUID(),
      organization: call.organization,
      environment,
      scope: input.scope,
      host: input.host ?? everyHost,
      priority: input.priority ?? 0,
      prefix: input.prefix ?? null,
      map: input.map === undefined ? null : JSON.stringify(input.map),
      skip_deleted: input.skipDeleted === true ? 1 : 0,
      created_at: now(),
    });
  }

  /** To be changed, so what it selects now must be within reach as well; a narrowed token hears nothing of others. */
  async function requireBinding({ caller, organization }: Call, environment: string, id: string): Promise<BindingRow> {
    await environments.require(organization, environment);
    const row = (await environments.bindings(organization, environment)).find((binding) => binding.id === id);
    if (row !== undefined && reaches(caller, { kind: 'pattern', pattern: row.scope })) return row;
    throw new ApiError(
      isNarrowed(caller) ? 'permission_denied' : 'not_found',
      `the environment ${environment} has no binding ${id}${isNarrowed(caller) ? ' within the scopes of this token' : ''}`,
      `see \`kici-admin environment show ${environment}\``,
    );
  }

  async function change(
    row: BindingRow,
    effect: (transaction: Kysely<OrchestratorTables>) => Promise<unknown>,
  ): Promise<void> {
    const own = await seals.of(row.organization);
    await database.transaction().execute(async (transaction) => {
      await bumpGeneration(transaction, row.organization);
      await changeBindings(transaction, seals, own, row, () => effect(transaction));
    });
  }

  return {
    prepare,
    handlers: {
      async 'bindings.add'({ environment, ...input }, call) {
        await environments.require(call.organization, environment);
        const row = await prepare(call, environment, input);
        await change(row, async (transaction) => transaction.insertInto('bindings').values(row).execute());
        return bindingView(row);
      },
      async 'bindings.update'({ environment, id, scope, host, priority, prefix, map, skipDeleted }, call) {
        const before = await requireBinding(call, environment, id);
        if (prefix !== undefined && map !== undefined)
          throw new ApiError('invalid_request', 'a binding has a prefix or a map, not both');
        // Prefix and map exclude each other, so a new one takes the place of the other.
        const row = await requireValid(call, {
          ...before,
          scope: scope ?? before.scope,
          host: host ?? before.host,
          priority: priority ?? before.priority,
          prefix: prefix ?? (map === undefined ? before.prefix : null),
          map: map === undefined ? (prefix === undefined ? before.map : null) : JSON.stringify(map),
          skip_deleted: skipDeleted === undefined ? before.skip_deleted : skipDeleted ? 1 : 0,
        });
        await change(row, async (transaction) => {
          const { numUpdatedRows } = await transaction
            .updateTable('bindings')
            .set(row)
            .where('organization', '=', call.organization)
            .where('id', '=', id)
            .where('scope', '=', before.scope)
            .executeTakeFirst();
          if (numUpdatedRows === 0n) throw changedMeanwhile(id);
        });
        return bindingView(row);
      },
      async 'bindings.remove'({ environment, id }, call) {
        const row = await requireBinding(call, environment, id);
        await change(row, async (transaction) => {
          const { numDeletedRows } = await transaction
            .deleteFrom('bindings')
            .where('organization', '=', call.organization)
            .where('id', '=', id)
            .where('scope', '=', row.scope)
            .executeTakeFirst();
          if (numDeletedRows === 0n) throw changedMeanwhile(id);
        });
        return {};
      },
    },
  };
}

/** What was within reach when it was looked at need not be any more. */
function changedMeanwhile(id: string): ApiError {
  return new ApiError('conflict', `the binding ${id} was changed or removed meanwhile`);
}

/** @throws ApiError `invalid_request` */
export function parseRow(row: BindingRow): Binding {
  const parsed = parseBinding({
    id: row.id,
    scope: row.scope,
    host: row.host,
    priority: row.priority,
    ...(row.prefix !== null && { prefix: row.prefix }),
    ...(row.map !== null && { map: keyMap.parse(JSON.parse(row.map)) }),
    skipDeleted: row.skip_deleted === 1,
  });
  if (!parsed.ok)
    throw new ApiError(
      'invalid_request',
      parsed.reason,
      'a binding is a scope or a glob such as `production`, `apps/**`, `corp-vault:apps/shop` or `*:shared`',
    );
  return parsed.value;
}

export function bindingView(row: BindingRow): OperationOutput<'bindings.add'> {
  return {
    id: row.id,
    scope: row.scope,
    host: row.host,
    priority: row.priority,
    ...(row.prefix !== null && { prefix: row.prefix }),
    ...(row.map !== null && { map: keyMap.parse(JSON.parse(row.map)) }),
    skipDeleted: row.skip_deleted === 1,
  };
}
