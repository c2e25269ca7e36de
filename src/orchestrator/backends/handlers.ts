import { internalBackendName, type BackendDefinition } from '@kici-dev/secret-backend';
import { defaultHostPolicy } from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import { parseRow } from '../environments/bindings.ts';
import type { EnvironmentStore } from '../environments/store.ts';
import type { HandlersFor } from '../handlers.ts';
import { reaches } from '../reach.ts';
import type { Instance, Instances } from './instances.ts';
import { requireSecretsForNewAddress, requireValidSettings, shownSettings } from './settings.ts';
import { settingsOf, type BackendRow, type BackendStore, type PlainSettings, type SecretSettings } from './store.ts';
import type { ValueEntry } from '../values/entry.ts';
import { testBackend } from './test-backend.ts';
import type { BackendTypes } from './types.ts';
import { backendView, internalView, typeView, type BackendView } from './views.ts';

export interface BackendServices {
  readonly store: BackendStore;
  readonly types: BackendTypes;
  readonly instances: Instances;
  readonly environments: EnvironmentStore;
  readonly values: ValueEntry;
  readonly now: () => number;
}

interface SentSettings {
  readonly name: string;
  readonly settings: PlainSettings;
  readonly secretSettings: Readonly<Record<string, string>>;
  readonly sealedSettings: Readonly<Record<string, string>>;
}

type BackendHandlers = HandlersFor<
  | 'backends.types'
  | 'backends.add'
  | 'backends.update'
  | 'backends.list'
  | 'backends.show'
  | 'backends.remove'
  | 'backends.test'
>;

/** Handlers of the registry of backends. Secret settings go in and never come out. */
export function createBackendHandlers({
  store,
  types,
  instances,
  environments,
  values,
  now,
}: BackendServices): BackendHandlers {
  async function requireRow(organization: string, name: string): Promise<BackendRow> {
    const row = await store.find(organization, name);
    if (row === undefined)
      throw new ApiError('not_found', `there is no backend ${name}`, 'see `kici-admin backend list`');
    return row;
  }

  async function requireInstance(call: Call, name: string): Promise<Instance> {
    const instance = (await instances.of(call)).get(name);
    if (instance === undefined)
      throw new ApiError('not_found', `there is no backend ${name}`, 'see `kici-admin backend list`');
    return instance;
  }

  async function view(row: BackendRow, instance: Instance | undefined): Promise<BackendView> {
    return backendView(row, Object.keys(await store.openSecrets(row)), instance);
  }

  async function viewInternal(call: Call): Promise<BackendView> {
    return internalView(
      await requireInstance(call, internalBackendName),
      await store.organizationMadeAt(call.organization),
    );
  }

  /** The backend as it is now; the caller's generation is from before the change. */
  async function viewAsStored(organization: string, name: string): Promise<BackendView> {
    const row = await requireRow(organization, name);
    return view(row, (await instances.of(row)).get(name));
  }

  async function openSettings(
    call: Call,
    id: 'backends.add' | 'backends.update',
    { secretSettings, sealedSettings, ...sentPlain }: SentSettings,
    definition: BackendDefinition,
  ): Promise<SecretSettings> {
    const { name } = sentPlain;
    const fields = [...new Set([...Object.keys(secretSettings), ...Object.keys(sealedSettings)])];
    const command = {
      input: { ...sentPlain, settings: shownSettings(definition, sentPlain.settings) },
      more: fields.flatMap((key) => ['--secret', key]),
    };
    const opened = await Promise.all(
      fields.map(async (key) => {
        const sent = { value: secretSettings[key], sealed: sealedSettings[key] };
        const place = { purpose: 'backend setting', scope: name, key } as const;
        return [key, await values.open(call, id, place, sent, command)] as const;
      }),
    );
    return Object.fromEntries(opened);
  }

  return {
    async 'backends.types'() {
      const { definitions, problems } = await types.list();
      return {
        types: definitions.map((definition) => typeView(definition, definition.type !== internalBackendName)),
        problems: [...problems],
      };
    },
    async 'backends.list'(_, call) {
      const open = await instances.of(call);
      const rows = await store.list(call.organization);
      const views = [viewInternal(call), ...rows.map((row) => view(row, open.get(row.name)))];
      return {
        backends: (await Promise.all(views)).filter(({ name }) =>
          reaches(call.caller, { kind: 'pattern', pattern: `${name}:**` }),
        ),
      };
    },
    async 'backends.show'({ name }, call) {
      if (name === internalBackendName) return viewInternal(call);
      return view(await requireRow(call.organization, name), (await instances.of(call)).get(name));
    },
    async 'backends.add'(input, call) {
      const { organization } = call;
      refuseInternal(input.name, 'already exists');
      if (input.type === internalBackendName)
        throw new ApiError(
          'invalid_request',
          'there can be only one internal store, and it already exists',
          'see `kici-admin backend types` for what can be added',
        );
      const definition = await types.get(input.type);
      const secrets = await openSettings(call, 'backends.add', input, definition);
      requireValidSettings(definition, input.settings, secrets);
      const at = now();
      const row = {
        organization,
        name: input.name,
        type: input.type,
        settings: JSON.stringify(input.settings),
        optional: input.optional === true ? 1 : 0,
        deadline_ms: input.deadlineMs ?? defaultHostPolicy.deadlineMs,
        cache_max_age_ms: input.cacheMaxAgeMs ?? 0,
        serve_stale_ms: input.serveStaleMs ?? 0,
        created_at: at,
        updated_at: at,
      };
      if (!(await store.insert(row, secrets)))
        throw new ApiError(
          'conflict',
          `the backend ${input.name} exists`,
          `change it with \`kici-admin backend update ${input.name}\``,
        );
      return viewAsStored(organization, input.name);
    },
    async 'backends.update'(input, call) {
      const { organization } = call;
      refuseInternal(input.name, 'has no settings');
      const before = await requireRow(organization, input.name);
      const definition = await types.get(before.type);
      const given = await openSettings(call, 'backends.update', input, definition);
      const settings = without({ ...settingsOf(before), ...input.settings }, input.unset);
      const secrets: SecretSettings = without({ ...(await store.openSecrets(before)), ...given }, input.unset);
      requireValidSettings(definition, settings, secrets);
      requireSecretsForNewAddress(
        definition,
        settingsOf(before),
        settings,
        Object.keys(secrets).filter((name) => !Object.hasOwn(given, name)),
      );
      const row = {
        organization,
        name: before.name,
        type: before.type,
        settings: JSON.stringify(settings),
        optional: input.optional === undefined ? before.optional : Number(input.optional),
        deadline_ms: input.deadlineMs ?? before.deadline_ms,
        cache_max_age_ms: input.cacheMaxAgeMs ?? before.cache_max_age_ms,
        serve_stale_ms: input.serveStaleMs ?? before.serve_stale_ms,
        created_at: before.created_at,
        updated_at: now(),
      };
      if (!(await store.update(before, row, secrets)))
        throw new ApiError('conflict', `the backend ${input.name} was changed by somebody else in the meantime`);
      return viewAsStored(organization, input.name);
    },
    async 'backends.remove'({ name }, { organization }) {
      refuseInternal(name, 'cannot be removed');
      await requireRow(organization, name);
      const using = (await environments.all(organization))
        .flatMap(({ bindings }) => bindings)
        .filter((row) => parseRow(row).backend === name);
      if (using.length > 0) {
        const places = using.map(({ environment, scope }) => `${scope} in ${environment}`);
        throw new ApiError(
          'conflict',
          `bindings still name the backend ${name}: ${places.join(', ')}`,
          'remove them first with `kici-admin environment unbind`: without the backend no job of these environments could start',
        );
      }
      await store.remove(organization, name);
      return {};
    },
    async 'backends.test'({ name }, call) {
      const result = await testBackend(await requireInstance(call, name), call);
      call.note({
        healthy: result.healthy,
        ...(result.code !== undefined && { code: result.code, reason: result.reason }),
      });
      return result;
    },
  };
}

function refuseInternal(name: string, reason: string): void {
  if (name === internalBackendName)
    throw new ApiError(
      'invalid_request',
      `the backend ${internalBackendName} is built in: it ${reason}`,
      'choose another name; see `kici-admin backend list`',
    );
}

function without<T>(settings: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
