import { randomUUID } from 'node:crypto';
import { everyBackend, everyHost, parseBinding, type Binding } from '@kici-dev/secret-federation';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/errors.ts';
import type { Call } from '../caller.ts';
import type { HandlersFor, OperationInput, OperationOutput } from '../handlers.ts';
import { requireBindable } from '../narrowing.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { BindingRow, EnvironmentStore } from './store.ts';

export interface Bindings {
  readonly handlers: HandlersFor<'bindings.add' | 'bindings.update' | 'bindings.remove'>;
  /** Checked and complete, but not yet stored. */
  prepare(call: Call, environment: string, input: BindingSettings): Promise<BindingRow>;
}

type BindingSettings = Omit<OperationInput<'bindings.add'>, 'environment'>;

const keyMap = z.record(z.string(), z.string());

/** @param knowsBackend whether the caller's organisation has a backend of this name */
export function createBindings(
  database: Kysely<OrchestratorTables>,
  environments: EnvironmentStore,
  knowsBackend: (call: Call, name: string) => Promise<boolean>,
  now: () => number,
): Bindings {
  async function requireValid(call: Call, row: BindingRow): Promise<BindingRow> {
    const binding = parseRow(row);
    requireBindable(call.caller, binding);
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

  async function requireBinding({ organization }: Call, environment: string, id: string): Promise<BindingRow> {
    await environments.require(organization, environment);
    const row = (await environments.bindings(organization, environment)).find((binding) => binding.id === id);
    if (row === undefined)
      throw new ApiError(
        'not_found',
        `the environment ${environment} has no binding ${id}`,
        `see \`kici-admin environment show ${environment}\``,
      );
    return row;
  }

  return {
    prepare,
    handlers: {
      async 'bindings.add'({ environment, ...input }, call) {
        await environments.require(call.organization, environment);
        const row = await prepare(call, environment, input);
        await database.transaction().execute(async (transaction) => {
          await transaction.insertInto('bindings').values(row).execute();
          await bumpGeneration(transaction, call.organization);
        });
        return bindingView(row);
      },
      async 'bindings.update'({ environment, id, scope, host, priority, prefix, map, skipDeleted }, call) {
        const before = await requireBinding(call, environment, id);
        requireBindable(call.caller, parseRow(before));
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
        await database.transaction().execute(async (transaction) => {
          const { numUpdatedRows } = await transaction
            .updateTable('bindings')
            .set(row)
            .where('organization', '=', call.organization)
            .where('id', '=', id)
            .executeTakeFirst();
          if (numUpdatedRows === 0n) throw new ApiError('conflict', `the binding ${id} was removed meanwhile`);
          await bumpGeneration(transaction, call.organization);
        });
        return bindingView(row);
      },
      async 'bindings.remove'({ environment, id }, call) {
        const row = await requireBinding(call, environment, id);
        requireBindable(call.caller, parseRow(row));
        await database.transaction().execute(async (transaction) => {
          await transaction
            .deleteFrom('bindings')
            .where('organization', '=', call.organization)
            .where('id', '=', id)
            .execute();
          await bumpGeneration(transaction, call.organization);
        });
        return {};
      },
    },
  };
}

/** @throws ApiError `invalid_request` */
export function parseRow(row: BindingRow): Binding {
  const parsed = parseBinding({
    id: row.id,
    scope: row.scope,
    host: row.host,
    priority: row.priority,
    ...(row.prefix === null ? {} : { prefix: row.prefix }),
    ...(row.map === null ? {} : { map: keyMap.parse(JSON.parse(row.map)) }),
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
    ...(row.prefix === null ? {} : { prefix: row.prefix }),
    ...(row.map === null ? {} : { map: keyMap.parse(JSON.parse(row.map)) }),
    skipDeleted: row.skip_deleted === 1,
  };
}
