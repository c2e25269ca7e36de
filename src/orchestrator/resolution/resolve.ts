import { BackendError, internalBackendName, whyOf, type Failure } from '@kici-dev/secret-backend';
import {
  compileBindings,
  everyBackend,
  mergeInTurns,
  planListings,
  type BackendTraits,
  type Binding,
  type Catalogue,
  type CompiledBindings,
  type JobFacts,
  type Listing,
  type ListingRequest,
} from '@kici-dev/secret-federation';
import { ApiError } from '../../api/api-error.ts';
import type { Instance, Instances } from '../backends/instances.ts';
import type { Call } from '../caller.ts';
import { parseRow } from '../environments/bindings.ts';
import type { BindingRow, EnvironmentStore } from '../environments/store.ts';

/** What an environment holds for an agent, and how each backend answered. */
export interface ResolvedEnvironment {
  readonly catalogue: Catalogue;
  readonly bindings: readonly Binding[];
  readonly listings: readonly AgedListing[];
  readonly instances: ReadonlyMap<string, Instance>;
}

export interface AgedListing extends Listing {
  readonly ageMs: number;
}

/** What an environment binds, and the names that this can select. */
export interface ListedEnvironment extends Omit<ResolvedEnvironment, 'catalogue'> {
  readonly compiled: CompiledBindings;
  readonly traits: readonly BackendTraits[];
}

export interface EnvironmentResolver {
  /**
   * @throws ApiError `not_found`, `conflict`
   */
  resolve(call: Call, environment: string, facts: JobFacts, freshness?: Freshness): Promise<ResolvedEnvironment>;
  /** What an environment with these bindings would hold. */
  resolveBindings(
    call: Call,
    rows: readonly BindingRow[],
    facts: JobFacts,
    freshness?: Freshness,
  ): Promise<ResolvedEnvironment>;
  /**
   * Lists for several environments, the same names once for all of them.
   * @param rowsOfEach the bindings of each
   */
  list(
    call: Call,
    rowsOfEach: readonly (readonly BindingRow[])[],
    facts: JobFacts,
    freshness?: Freshness,
  ): Promise<readonly ListedEnvironment[]>;
}

/** `now`: the backends are queried, and cached names are not used. */
type Freshness = 'now' | 'cached';

/** Of those who look while scopes are renamed one after another. */
const maxAttempts = 100;

/**
 * A rename moves bindings and names at once, and the two are read one after the other: in between, what a binding named
 * would seem gone, and what it outranks would take its place.
 * @param renames how often scopes of an organization's internal store were renamed
 */
export function createEnvironmentResolver(
  environments: EnvironmentStore,
  instances: Instances,
  renames: (organization: string) => Promise<number>,
): EnvironmentResolver {
  const resolver: EnvironmentResolver = {
    async resolve(call, environment, facts, freshness) {
      const { organization } = call;
      await environments.require(organization, environment);
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const before = await renames(organization);
        const rows = await environments.bindings(organization, environment);
        const resolved = await resolver.resolveBindings(call, rows, facts, freshness);
        if ((await renames(organization)) === before) return resolved;
      }
      throw new ApiError(
        'conflict',
        `scopes kept being renamed while the environment ${environment} was looked at`,
        'try again once they are renamed',
      );
    },
    async resolveBindings(call, rows, facts, freshness) {
      const [listed] = await resolver.list(call, [rows], facts, freshness);
      if (listed === undefined) throw new TypeError('one was listed');
      const { compiled, traits, bindings, listings, instances: open } = listed;
      return { catalogue: await mergeInTurns(compiled, traits, listings), bindings, listings, instances: open };
    },
    async list(call, rowsOfEach, facts, freshness = 'cached') {
      const open = await instances.of(call);
      const known = await Promise.all([...open.values()].map(traitsOf));
      const planned = rowsOfEach.map((rows) => {
        const bindings = rows.map(parseRow);
        const compiled = compileBindings(bindings, facts);
        const traits = [...known, ...strangersOf(bindings, open)];
        return { bindings, compiled, traits, requests: planListings(compiled, traits) };
      });
      const list = (request: ListingRequest): Promise<AgedListing> =>
        listNames(open.get(request.backend), request, call, freshness === 'now' ? 0 : undefined);
      const requests = new Map(
        planned.flatMap((one) => one.requests).map((request) => [requestId(request), request] as const),
      );
      const listings = await listEach(requests, list, () => renames(call.organization));
      return planned.map(({ requests: own, ...environment }) => ({
        ...environment,
        instances: open,
        listings: [...new Set(own.flatMap((request) => listings.get(requestId(request)) ?? []))],
      }));
    },
  };
  return resolver;
}

function requestId({ backend, query: { scope, depth } }: ListingRequest): string {
  return JSON.stringify([backend, scope, depth]);
}

/** A backend that bindings name and nobody has added: its names cannot be listed, which is not the same as none. */
function strangersOf(bindings: readonly Binding[], open: ReadonlyMap<string, Instance>): BackendTraits[] {
  const names = new Set(
    bindings.map(({ backend }) => backend).filter((name) => name !== everyBackend && !open.has(name)),
  );
  return [...names].map((name) => ({ name, optional: false, listConsistency: 'strong' }));
}

async function listEach(
  requests: ReadonlyMap<string, ListingRequest>,
  list: (request: ListingRequest) => Promise<AgedListing>,
  renames: () => Promise<number>,
): Promise<ReadonlyMap<string, AgedListing>> {
  const [own = [], others = []] = ['own', 'others'].map((kind) =>
    [...requests].filter(([, { backend }]) => (backend === internalBackendName) === (kind === 'own')),
  );
  const [listedOwn, listedOthers] = await Promise.all([
    listOwn(
      own.map(([, request]) => request),
      list,
      renames,
    ),
    Promise.all(others.map(([, request]) => list(request))),
  ]);
  const ids = [...own, ...others].map(([id]) => id);
  const listings = [...listedOwn, ...listedOthers];
  return new Map(ids.flatMap((id, at) => (listings[at] === undefined ? [] : [[id, listings[at]] as const])));
}

/**
 * A scope that is renamed between two lists may appear in neither, and what it outranks must not replace it; so one
 * list covers everything, from one moment.
 */
async function listOwn(
  requests: readonly ListingRequest[],
  list: (request: ListingRequest) => Promise<AgedListing>,
  renames: () => Promise<number>,
): Promise<readonly AgedListing[]> {
  if (requests.length < 2) return Promise.all(requests.map(list));
  const before = await renames();
  const listings = await Promise.all(requests.map(list));
  if ((await renames()) === before) return listings;
  const all = await list({ backend: internalBackendName, query: { depth: 'tree' } });
  return requests.map(() => all);
}

async function traitsOf({ name, optional, state }: Instance): Promise<BackendTraits> {
  if ('failure' in state) return { name, optional, listConsistency: 'strong' };
  // A backend that cannot be opened cannot list either, and that error says why.
  const { listConsistency } = await state.open.ready().catch(() => state.open.capabilities);
  return { name, optional, listConsistency };
}

async function listNames(
  instance: Instance | undefined,
  request: ListingRequest,
  call: Call,
  maxAgeMs: number | undefined,
): Promise<AgedListing> {
  if (instance === undefined) return failed(request, { code: 'misconfigured', reason: 'backend_missing' });
  if ('failure' in instance.state) return failed(request, instance.state.failure);
  try {
    const { secrets, unlisted, unnameable, ageMs } = await instance.state.open.listAged(
      request.query,
      call.context,
      maxAgeMs,
    );
    return { ...request, secrets, unlisted, unnameable, ageMs };
  } catch (error) {
    return failed(request, BackendError.is(error) ? error : { code: 'server_error' });
  }
}

function failed(request: ListingRequest, failure: Failure): AgedListing {
  const cause = { failure: failure.code, ...whyOf(failure) };
  return { ...request, secrets: [], unlisted: [], unnameable: [], ...cause, ageMs: 0 };
}
