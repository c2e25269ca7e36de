import {
  hintOf,
  meaningOf,
  whyOf,
  type BackendCapabilities,
  type BackendDefinition,
  type Failure,
  type SettingField,
} from '@kici-dev/secret-backend';
import { defaultHostPolicy, type HostHealth } from '@kici-dev/secret-federation';
import type { OperationOutput } from '../handlers.ts';
import { rfc3339 } from '../time.ts';
import type { Instance } from './instances.ts';
import { settingsOf, type BackendRow } from './store.ts';

export type BackendView = OperationOutput<'backends.show'>;
type TypeView = OperationOutput<'backends.types'>['types'][number];

/** A backend as the API shows it: settings without secrets, capabilities, health. */
export async function backendView(
  row: BackendRow,
  secretNames: readonly string[],
  instance: Instance | undefined,
): Promise<BackendView> {
  return {
    name: row.name,
    type: row.type,
    settings: { ...settingsOf(row) },
    secretSettings: [...secretNames],
    optional: row.optional === 1,
    deadlineMs: row.deadline_ms,
    cacheMaxAgeMs: row.cache_max_age_ms,
    serveStaleMs: row.serve_stale_ms,
    createdAt: rfc3339(row.created_at),
    updatedAt: rfc3339(row.updated_at),
    ...(await stateView(instance)),
  };
}

/** The built-in store has no row of its own: it is as old as its organization. */
export async function internalView(instance: Instance, createdAt: number): Promise<BackendView> {
  return {
    name: instance.name,
    type: instance.type,
    settings: {},
    secretSettings: [],
    optional: false,
    deadlineMs: defaultHostPolicy.deadlineMs,
    cacheMaxAgeMs: 0,
    serveStaleMs: 0,
    createdAt: rfc3339(createdAt),
    updatedAt: rfc3339(createdAt),
    ...(await stateView(instance)),
  };
}

async function stateView(instance: Instance | undefined): Promise<Pick<BackendView, 'capabilities' | 'health'>> {
  if (instance === undefined) return { capabilities: {}, health: { breaker: 'closed' } };
  const { state } = instance;
  if ('failure' in state) return { capabilities: {}, health: { breaker: 'closed', ...failureView(state.failure) } };
  // A backend that cannot be created is shown with what its type could do.
  const capabilities = await state.open.ready().catch(() => state.open.capabilities);
  return { capabilities: capabilityView(capabilities), health: healthView(state.open.health()) };
}

function healthView(health: HostHealth): BackendView['health'] {
  const { lastCheckAt, latencyMs, failure, ...why } = health;
  return {
    ...historyView(health),
    ...(lastCheckAt !== undefined && { lastCheckAt: rfc3339(lastCheckAt) }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(failure !== undefined && failureView({ code: failure, ...whyOf(why) })),
  };
}

function failureView(
  failure: Failure,
): Pick<BackendView['health'], 'failure' | 'reason' | 'about' | 'meaning' | 'hint'> {
  return { failure: failure.code, ...whyOf(failure), meaning: meaningOf(failure), hint: hintOf(failure) };
}

/** State of the breaker and the last failure, with their times. */
export function historyView({
  breaker,
  openedAt,
  lastFailure,
}: HostHealth): Pick<BackendView['health'], 'breaker' | 'openedAt' | 'lastFailure'> {
  return {
    breaker,
    ...(openedAt !== undefined && { openedAt: rfc3339(openedAt) }),
    ...(lastFailure !== undefined && {
      lastFailure: {
        ...lastFailure,
        at: rfc3339(lastFailure.at),
        meaning: meaningOf(lastFailure),
        hint: hintOf(lastFailure),
      },
    }),
  };
}

/** @param addable false for the built-in store, which always exists */
export function typeView(definition: BackendDefinition, addable: boolean): TypeView {
  return {
    type: definition.type,
    title: definition.title,
    summary: definition.summary,
    addable,
    settings: Object.entries(definition.settings).map(([name, field]) => settingView(name, field)),
    capabilities: capabilityView(definition.capabilities),
  };
}

function settingView(name: string, field: SettingField): TypeView['settings'][number] {
  return {
    name,
    type: field.type,
    required: field.required === true,
    secret: field.secret === true,
    description: field.description,
    example: field.example,
    ...(field.default !== undefined && { default: field.default }),
    ...(field.type === 'choice' && { choices: [...field.choices] }),
    ...(field.when !== undefined && { when: { field: field.when.field, is: [...field.when.is] } }),
  };
}

function capabilityView(capabilities: BackendCapabilities): Record<string, string | number | boolean> {
  return { ...capabilities };
}
