import {
  BackendError,
  internalBackendName,
  type BackendDefinition,
  type ReadOutcome,
  type SecretRef,
} from '@kici-dev/secret-backend';
import {
  defaultHostPolicy,
  openBackend,
  parseSettings,
  type HostedBackend,
  type HostSurroundings,
} from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Call } from '../caller.ts';
import type { RequestsInFlight } from '../http/requests-in-flight.ts';
import type { Soon } from '../soon.ts';
import { settingsOf, type BackendRow, type BackendStore } from './store.ts';
import type { BackendTypes } from './types.ts';

/** A backend that is open, or the reason why it is not. */
export interface Instance {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  /** Never the same for two backends of one name. */
  readonly added: number;
  readonly state: OpenState | { readonly failure: BackendError };
}

interface OpenState {
  readonly open: HostedBackend;
  /** Only of the internal store, which is asked so first: no network, no cache, no answer of a stranger. */
  readonly readInternal?: ReadInternal;
}

/** The open backends of every organization, as of its generation; at once, where they are open. */
export interface Instances {
  of(call: Pick<Call, 'organization' | 'generation'>): Soon<ReadonlyMap<string, Instance>>;
  close(): Promise<void>;
}

/** What the system gives to a backend of an organization. */
export type HostFor = (organization: string, name: string, deadlineMs: number) => HostSurroundings;

/** Reads of an organization's internal store; at once, where nothing has to be waited for. */
export type ReadInternal = (refs: readonly SecretRef[]) => Soon<readonly ReadOutcome[]>;

interface Held {
  readonly instance: Instance;
  readonly generation: number;
  readonly written: number;
  /** Throws away whatever is known from before a write through another orchestrator. */
  readonly invalidate: () => void;
}

interface Organization {
  readonly generation: number;
  readonly loaded: Promise<Loaded>;
  /** Once they are loaded. */
  instances: ReadonlyMap<string, Instance> | undefined;
}

interface Loaded {
  readonly held: ReadonlyMap<string, Held>;
  readonly instances: ReadonlyMap<string, Instance>;
}

const nothing: Promise<Loaded> = Promise.resolve({ held: new Map(), instances: new Map() });

export function createInstances(
  store: Pick<BackendStore, 'list' | 'openSecrets' | 'recentWrites'>,
  types: Pick<BackendTypes, 'get'>,
  internal: BackendDefinition,
  hostFor: HostFor,
  requests: Pick<RequestsInFlight, 'settled'>,
  readInternalOf: (organization: string) => ReadInternal,
): Instances {
  const organizations = new Map<string, Organization>();
  const closing = new Set<Promise<void>>();
  let closed = false;

  function retire({ instance }: Held): void {
    if (!('open' in instance.state)) return;
    const { open } = instance.state;
    // Requests in flight may still use it.
    const done = requests
      .settled()
      .then(() => open.close())
      .catch(() => undefined)
      .finally(() => closing.delete(done));
    closing.add(done);
  }

  async function openRow(row: BackendRow): Promise<Held> {
    const described = { name: row.name, type: row.type, optional: row.optional === 1, added: row.added };
    const at = { generation: row.generation, written: row.written };
    try {
      const definition = await types.get(row.type);
      const parsed = parseSettings(definition, settingsOf(row), await store.openSecrets(row));
      if (!parsed.ok)
        throw new BackendError('misconfigured', {
          reason: 'setting_wrong',
          about: parsed.problems.map(({ field }) => field).join(', '),
          detail: parsed.problems.map(({ field, problem }) => `${field} ${problem}`).join('; '),
        });
      const recentWrites = store.recentWrites(row);
      const host = { ...hostFor(row.organization, row.name, row.deadline_ms), recentWrites };
      const open = openBackend(definition, parsed.settings, host, {
        ...defaultHostPolicy,
        deadlineMs: row.deadline_ms,
        cacheMaxAgeMs: row.cache_max_age_ms,
        serveStaleMs: row.serve_stale_ms,
        settingsGeneration: row.generation,
      });
      const invalidate = (): void => {
        recentWrites.refresh();
        open.invalidate();
      };
      return { instance: { ...described, state: { open } }, ...at, invalidate };
    } catch (error) {
      const failure = BackendError.is(error)
        ? error
        : ApiError.is(error)
          ? new BackendError('misconfigured', { reason: 'type_missing', detail: error.message })
          : new BackendError('misconfigured', { detail: 'the backend cannot be opened' });
      return { instance: { ...described, state: { failure } }, ...at, invalidate: () => undefined };
    }
  }

  function openInternal(organization: string): Held {
    // No cache would be nearer than the database, and another orchestrator's change would not reach it.
    const open = openBackend(internal, {}, hostFor(organization, internalBackendName, defaultHostPolicy.deadlineMs), {
      ...defaultHostPolicy,
      namesMaxAgeMs: 0,
      mayJoinCalls: false,
    });
    return {
      instance: {
        name: internalBackendName,
        type: internal.type,
        optional: false,
        added: 0,
        state: { open, readInternal: readInternalOf(organization) },
      },
      generation: 0,
      written: 0,
      invalidate: () => undefined,
    };
  }

  async function load(organization: string, before: ReadonlyMap<string, Held>): Promise<Loaded> {
    const rows = await store.list(organization);
    const held = new Map([[internalBackendName, before.get(internalBackendName) ?? openInternal(organization)]]);
    await Promise.all(
      rows.map(async (row) => {
        const known = before.get(row.name);
        // One that failed to open is tried again: what it lacked may exist now.
        if (known === undefined || known.generation !== row.generation || 'failure' in known.instance.state) {
          held.set(row.name, await openRow(row));
          return;
        }
        if (known.written !== row.written) known.invalidate();
        held.set(row.name, { ...known, written: row.written });
      }),
    );
    for (const [name, known] of before) if (held.get(name)?.instance !== known.instance) retire(known);
    return { held, instances: new Map([...held].map(([name, { instance }]) => [name, instance])) };
  }

  async function loadAfter(
    before: Organization | undefined,
    organization: string,
    generation: number,
  ): Promise<ReadonlyMap<string, Instance>> {
    const loaded = (before?.loaded ?? nothing).then(({ held }) => load(organization, held));
    const current: Organization = { generation, loaded, instances: undefined };
    organizations.set(organization, current);
    try {
      return (current.instances = (await loaded).instances);
    } catch (error) {
      // The next request tries again, starting from what was open before.
      if (organizations.get(organization) === current)
        organizations.set(organization, before ?? { generation: -1, loaded: nothing, instances: undefined });
      throw error;
    }
  }

  return {
    of({ organization, generation }) {
      if (closed) throw new BackendError('closed');
      const before = organizations.get(organization);
      if (before === undefined || before.generation < generation) return loadAfter(before, organization, generation);
      return before.instances ?? before.loaded.then(({ instances }) => instances);
    },
    async close() {
      closed = true;
      for (const { loaded } of organizations.values())
        for (const held of (await loaded.catch(() => nothing)).held.values()) retire(held);
      organizations.clear();
      await Promise.all(closing);
    },
  };
}
