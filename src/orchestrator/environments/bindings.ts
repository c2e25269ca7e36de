import { randomUUID } from 'node:crypto';
import { everyBackend, everyHost, parseBinding, type Binding } from '@kici-dev/secret-federation';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Call } from '../caller.ts';
import { contentVersionOf } from '../content-version.ts';
import type { HandlersFor, OperationInput, OperationOutput } from '../handlers.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import { isNarrowed, reaches } from '../reach.ts';
import type { Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { changeBindings, type BindingRow, type EnvironmentStore } from './store.ts';

export interface Bindings {
  readonly handlers: HandlersFor<'bindings.add' | 'bindings.update' | 'bindings.remove'>;
  /** Checks and completes a new binding without storing it. */
  prepare(call: Call, environment: string, input: BindingSettings): Promise<BindingRow>;
  /** Computes what a change would make of a binding; stores nothing. */
  plan(call: Call, environment: string, change: BindingChange): Promise<PlannedChange>;
}

type BindingSettings = Omit<OperationInput<'bindings.add'>, 'environment'>;
type ChangedSettings = Omit<OperationInput<'bindings.update'>, 'environment' | 'id' | 'expectedVersion'>;

export type BindingChange =
  | { readonly kind: 'add'; readonly settings: BindingSettings }
  | { readonly kind: 'update'; readonly id: string; readonly settings: ChangedSettings }
  | { readonly kind: 'remove'; readonly id: string };

/** A binding as it is and as it would be; one that is absent does not exist on that side. */
export interface PlannedChange {
  readonly before?: BindingRow;
  readonly after?: BindingRow;
}

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

  /** A binding to be changed must lie within reach as it is now, too; a narrowed token hears nothing of others. */
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

  async function plan(call: Call, environment: string, change: BindingChange): Promise<PlannedChange> {
    if (change.kind === 'add') {
      await environments.require(call.organization, environment);
      return { after: await prepare(call, environment, change.settings) };
    }
    return change.kind === 'remove'
      ? { before: await requireBinding(call, environment, change.id) }
      : planUpdate(call, environment, change.id, change.settings);
  }

  async function planUpdate(
    call: Call,
    environment: string,
    id: string,
    settings: ChangedSettings,
  ): Promise<Required<PlannedChange>> {
    const before = await requireBinding(call, environment, id);
    return { before, after: await requireValid(call, changed(before, settings)) };
  }

  /** @param expectedVersion the version of the binding that the caller saw */
  async function save({ before, after }: PlannedChange, expectedVersion?: string): Promise<void> {
    const place = before ?? after;
    if (place === undefined) return;
    if (before !== undefined && expectedVersion !== undefined && expectedVersion !== versionOf(before))
      throw changedMeanwhile(before.id);
    const own = await seals.of(place.organization);
    await inTransaction(database, async (transaction) => {
      await bumpGeneration(transaction, place.organization);
      await changeBindings(transaction, seals, own, place, async (rows) => {
        const current = rows.find(({ id }) => id === before?.id);
        if (before !== undefined && (current === undefined || versionOf(current) !== versionOf(before)))
          throw changedMeanwhile(before.id);
        if (before !== undefined)
          await transaction
            .deleteFrom('bindings')
            .where('organization', '=', before.organization)
            .where('id', '=', before.id)
            .execute();
        if (after !== undefined) await transaction.insertInto('bindings').values(after).execute();
      });
    });
  }

  return {
    prepare,
    plan,
    handlers: {
      async 'bindings.add'({ environment, ...settings }, call) {
        await environments.require(call.organization, environment);
        const row = await prepare(call, environment, settings);
        await save({ after: row });
        return bindingView(row);
      },
      async 'bindings.update'({ environment, id, expectedVersion, ...settings }, call) {
        const planned = await planUpdate(call, environment, id, settings);
        await save(planned, expectedVersion);
        return bindingView(planned.after);
      },
      async 'bindings.remove'({ environment, id, expectedVersion }, call) {
        await save(await plan(call, environment, { kind: 'remove', id }), expectedVersion);
        return {};
      },
    },
  };
}

/** @throws ApiError `invalid_request` */
function changed(before: BindingRow, settings: ChangedSettings): BindingRow {
  const { scope, host, priority, prefix, map, skipDeleted } = settings;
  if (prefix !== undefined && map !== undefined)
    throw new ApiError('invalid_request', 'a binding has a prefix or a map, not both');
  return {
    ...before,
    scope: scope ?? before.scope,
    host: host ?? before.host,
    priority: priority ?? before.priority,
    // Prefix and map cannot be used together, so a new one replaces the other.
    prefix: prefix === undefined ? (map === undefined ? before.prefix : null) : prefix === '' ? null : prefix,
    map: map === undefined ? (prefix === undefined ? before.map : null) : JSON.stringify(map),
    skip_deleted: skipDeleted === undefined ? before.skip_deleted : skipDeleted ? 1 : 0,
  };
}

function changedMeanwhile(id: string): ApiError {
  return new ApiError(
    'conflict',
    `the binding ${id} was changed or removed in the meantime`,
    'look at it again; nothing was changed',
  );
}

/** @throws ApiError `invalid_request` */
export function parseRow(row: BindingRow): Binding {
  const parsed = parseBinding({ id: row.id, ...contentOf(row) });
  if (!parsed.ok)
    throw new ApiError(
      'invalid_request',
      parsed.reason,
      'a binding is a scope or a glob such as `production`, `apps/**`, `corp-vault:apps/shop` or `*:shared`',
    );
  return parsed.value;
}

export function bindingView(row: BindingRow): OperationOutput<'bindings.add'> {
  return { id: row.id, ...contentOf(row), version: versionOf(row) };
}

function contentOf(row: BindingRow): Omit<OperationOutput<'bindings.add'>, 'id' | 'version'> {
  return {
    scope: row.scope,
    host: row.host,
    priority: row.priority,
    ...(row.prefix !== null && { prefix: row.prefix }),
    ...(row.map !== null && { map: keyMap.parse(JSON.parse(row.map)) }),
    skipDeleted: row.skip_deleted === 1,
  };
}

function versionOf(row: BindingRow): string {
  return contentVersionOf(contentOf(row));
}
